/**
 * Writes the contract for others, `npm run schema`: docs/schema/v<N>/*.json, and the same into the Python package. With `--check` it only
 * says what is not as it would be written, and ends with 1 if anything is.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { contractNames } from '../src/contract/contract-names.ts';
import { contractJsonSchemas, CONTRACT_VERSION } from '../src/contract/schemas/json-schemas.ts';

const root = join(import.meta.dirname, '..');
const version = `v${CONTRACT_VERSION}`;
const FOLDERS = [join(root, 'docs/schema', version), join(root, 'clients/python/src/asyncstageout/schema', version)];
const check = process.argv.includes('--check');

const wanted = new Map(
  Object.entries({ ...contractJsonSchemas(), names: contractNames() }).map(([name, content]) => [
    `${name}.json`,
    `${JSON.stringify(content, null, 2)}\n`,
  ]),
);

const stale: string[] = [];
for (const folder of FOLDERS) {
  const present = new Map(listed(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const changed = [...wanted].filter(([name, content]) => present.get(name) !== content).map(([name]) => name);
  const gone = [...present.keys()].filter((name) => !wanted.has(name));
  stale.push(...[...changed, ...gone].map((name) => relative(root, join(folder, name))));
  if (check) continue;
  mkdirSync(folder, { recursive: true });
  for (const name of changed) writeFileSync(join(folder, name), wanted.get(name) ?? '');
  for (const name of gone) rmSync(join(folder, name));
}
for (const file of stale) console.log(`${check ? 'stale' : 'written'}: ${file}`);
if (!stale.length) console.log(`${wanted.size} files in ${FOLDERS.length} folders are as the contract says`);
else if (check) {
  console.log('npm run schema writes them anew');
  process.exitCode = 1;
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
