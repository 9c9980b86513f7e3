/**
 * Makes the Python environment in which tests run FTS's own client, and prints the path of its interpreter; what it
 * does meanwhile goes to the standard error. `--apt`: what the machine lacks is installed from Debian, where we are root.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.mjs';
import { finish } from './finish.mjs';
import { withLock } from './lock.mjs';
import { aptInstall, findPython, missingPrerequisites } from './python-prerequisites.mjs';

const CLIENT = 'fts3-3.14.2';
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test', 'fts', 'python');
/** M2Crypto is built with the tools named first, so they are installed first. */
const REQUIREMENTS = ['requirements-build.txt', 'requirements.txt'].map((name) => join(folder, name));
/** A minute is usual, most of it the compiler's. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

const say = (text) => console.error(`  ${text}`);

/** The interpreter of the environment, which is made where it is not there, or not whole. */
async function ensureVenv() {
  const found = findPython();
  if (found && isComplete(venvOf(found))) return interpreter(venvOf(found));
  const venv = venvOf(demandPrerequisites());
  await withLock(`${venv}.lock`, async () => isComplete(venv) || (await makeVenv(venv)), say);
  return interpreter(venv);
}

const venvOf = ({ version }) => join(cacheFolder(process.env), `python-${version}-${CLIENT}`);
const interpreter = (venv) => join(venv, 'bin', 'python');

/** The Python to build with. @throws an Error that names what is missing */
function demandPrerequisites() {
  let missing = missingPrerequisites();
  const packages = () => missing.flatMap(({ debian }) => debian.split(' '));
  if (missing.length > 0 && process.argv.includes('--apt')) {
    say(`apt-get install ${packages().join(' ')}`);
    if (aptInstall(packages())) missing = missingPrerequisites();
  }
  if (missing.length === 0) return findPython();
  const names = missing.map(({ what }) => what).join(', ');
  throw new Error(`missing: ${names}. On Debian: apt-get install ${packages().join(' ')}`);
}

async function makeVenv(venv) {
  const python = interpreter(venv);
  say(`making ${venv}: this takes about a minute, once`);
  // What an interrupted run left is not to be relied on.
  rmSync(venv, { recursive: true, force: true });
  await finish('python3', ['-m', 'venv', venv], { timeoutMs: 60_000 });
  // swig comes from PyPI; without build isolation M2Crypto's build finds it, and setuptools.
  const env = { ...process.env, PATH: [dirname(python), process.env.PATH].join(delimiter) };
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-build-isolation'];
  for (const file of REQUIREMENTS) {
    await finish(python, [...pip, '--require-hashes', '-r', file], { env, timeoutMs: INSTALL_TIMEOUT_MS });
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
  return spawnSync(interpreter(venv), ['-c', 'import fts3.rest.client.easy'], { stdio: 'ignore' }).status === 0;
}

function digest() {
  const hash = createHash('sha256');
  for (const file of REQUIREMENTS) hash.update(readFileSync(file));
  return hash.digest('hex');
}

try {
  console.log(await ensureVenv());
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
