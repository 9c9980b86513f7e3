/**
 * Makes a Python environment that tests run in, `fts` or `client`, and prints the path of its interpreter; what it does
 * meanwhile goes to the standard error. `--apt`: what the machine lacks is installed from Debian, where we are root.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { finish } from './finish.mjs';
import { withLock } from './lock.mjs';
import { PYTHON_ENVIRONMENTS } from './python-environments.mjs';
import { aptInstall, findPython, missingPrerequisites, PYTHON } from './python-prerequisites.mjs';

const [name = ''] = process.argv.slice(2);
const environment = Object.hasOwn(PYTHON_ENVIRONMENTS, name) ? PYTHON_ENVIRONMENTS[name] : null;

/** A minute is usual, most of it the compiler's. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

const say = (text) => console.error(`  ${text}`);

/** The interpreter of the environment, which is made where it is not there, or not whole. */
async function ensureVenv() {
  const found = findPython(environment.oldestPython);
  if (found && isComplete(venvOf(found))) return interpreter(venvOf(found));
  const venv = venvOf(demandPrerequisites());
  await withLock(`${venv}.lock`, async () => isComplete(venv) || (await makeVenv(venv)), say);
  return interpreter(venv);
}

const venvOf = ({ version }) => join(cacheFolder(process.env), `python-${version}-${environment.label}`);
const interpreter = (venv) => join(venv, 'bin', 'python');

/** The Python to build with. @throws an Error that names what is missing */
function demandPrerequisites() {
  let missing = missingPrerequisites(environment);
  const packages = () => missing.flatMap(({ debian }) => debian.split(' '));
  if (missing.length > 0 && process.argv.includes('--apt')) {
    say(`apt-get install ${packages().join(' ')}`);
    if (aptInstall(packages())) missing = missingPrerequisites(environment);
  }
  if (missing.length === 0) return findPython(environment.oldestPython);
  const names = missing.map(({ what }) => what).join(', ');
  throw new Error(`missing: ${names}. On Debian: apt-get install ${packages().join(' ')}`);
}

async function makeVenv(venv) {
  const python = interpreter(venv);
  say(`making ${venv}: this takes up to a minute, once`);
  // What an interrupted run left is not to be relied on.
  rmSync(venv, { recursive: true, force: true });
  await finish(PYTHON, ['-m', 'venv', venv], { timeoutMs: 60_000 });
  // Tools that a build needs, such as swig, are in the environment themselves.
  const env = { ...process.env, PATH: [dirname(python), process.env.PATH].join(delimiter) };
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--require-hashes'];
  for (const file of environment.requirements) {
    await finish(python, [...pip, ...environment.pipOptions, '-r', file], { env, timeoutMs: INSTALL_TIMEOUT_MS });
  }
  writeFileSync(marker(venv), digest());
  if (!isComplete(venv)) throw new Error(`what was installed into ${venv} does not run`);
}

/** Written last, so that a half-made environment has none; other requirements make another one. */
const marker = (venv) => join(venv, 'complete');

function isComplete(venv) {
  try {
    if (readFileSync(marker(venv), 'utf8') !== digest()) return false;
  } catch {
    return false;
  }
  return spawnSync(interpreter(venv), ['-c', environment.check], { stdio: 'ignore' }).status === 0;
}

function digest() {
  const hash = createHash('sha256');
  for (const file of environment.requirements) hash.update(readFileSync(file));
  return hash.digest('hex');
}

try {
  if (!environment) throw new Error(`which environment: ${Object.keys(PYTHON_ENVIRONMENTS).join(' or ')}?`);
  console.log(await ensureVenv());
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
