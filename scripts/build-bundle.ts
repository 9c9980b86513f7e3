import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../src/workers/create-workers.ts';

/** Bundles the workflows ahead of time, for plain and for encrypted payloads: workers then start at once and all run the very same code. */
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
await mkdir(dist, { recursive: true });
for (const encrypted of [false, true]) {
  const { code } = await bundleWorkflows(encrypted);
  const name = encrypted ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js';
  await writeFile(`${dist}${name}`, code);
  console.log(`dist/${name}: ${Math.round(code.length / 1024)} KiB`);
}
