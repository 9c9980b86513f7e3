import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock of another machine (a shared home) whose holder we cannot ask for counts as left behind after so long. */
const STALE_MS = 15 * 60_000;

/**
 * Runs `work` while no other process does so under the same lock file.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(text: string) => void} say
 * @returns {Promise<T>}
 */
export async function withLock(file, work, say) {
  mkdirSync(dirname(file), { recursive: true });
  const me = `${hostname()} ${process.pid}`;
  for (let waited = 0; !take(file, me); waited++) {
    if (isLeftBehind(file)) clear(file, me);
    else if (waited === 0) say(`waiting for another run that is at it (${file})`);
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(file, me) {
  try {
    writeFileSync(file, me, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes a lock left behind. One process at a time: a slower one would remove the lock of the next holder. */
function clear(file, me) {
  const guard = `${file}.clearing`;
  if (take(guard, me)) {
    if (isLeftBehind(file)) rmSync(file, { force: true });
    rmSync(guard, { force: true });
  } else if (isLeftBehind(guard)) rmSync(guard, { force: true });
}

function isLeftBehind(file) {
  try {
    const [host, pid] = readFileSync(file, 'utf8').split(' ');
    const age = Date.now() - statSync(file).mtimeMs;
    // Its holder creates it first and writes into it next.
    if (!pid) return age > 5_000;
    if (host !== hostname()) return age > STALE_MS;
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
