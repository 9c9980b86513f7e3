import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** Node runs our TypeScript as it is, without flag or warning, from here on. */
const OLDEST_NODE = [22, 19];

/**
 * The Node to run TypeScript with: the pinned one of `root`, else the one that runs this if it is new enough.
 * @param {string} root
 * @returns {{ path: string, version: string, pinned: boolean } | null}
 */
export function findNode(root) {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) {
    const { status, stdout } = spawnSync(pinned, ['--version'], { encoding: 'utf8' });
    if (status === 0 && isNewEnough(stdout)) return { path: pinned, version: stdout.trim(), pinned: true };
  }
  return isNewEnough(process.version) ? { path: process.execPath, version: process.version, pinned: false } : null;
}

/** What to do where `findNode` finds none. */
export const NO_NODE =
  `Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.version}, and the pinned one is not in ` +
  'node_modules/node (its install script did not run). Either allow install scripts (`npm config get ignore-scripts`) ' +
  'and run `npm run setup` again, or use Node 24 (`nvm install 24`).';

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** How often it is looked whether npm is still there, and how long a program has to end when it is not, milliseconds. */
const [LOOK_MS, GRACE_MS] = [500, 20_000];

/**
 * Runs a program in our place: same terminal, its exit code is the result, signals reach it and it decides when to end. Where we are killed
 * it is killed, and where npm is, which started us, it is told to end: nothing goes on that nobody waits for.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const guard = startGuard(child.pid);
    // Ctrl-C reaches the whole foreground group, so the child has it already; the others come to us alone.
    const ignore = () => undefined;
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward);
    const watch = whenNpmIsGone(() => {
      child.kill('SIGTERM');
      // The guard then kills it.
      setTimeout(() => process.exit(128 + constants.signals.SIGKILL), GRACE_MS).unref();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      guard?.kill('SIGKILL');
      process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** As in src/workers/child-process.ts, which an older Node does not read: kills a process when the pipe closes that it reads from, ours. */
function startGuard(pid) {
  if (process.platform === 'win32' || pid === undefined) return null;
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -KILL ${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.stdin.unref();
  guard.unref();
  return guard;
}

/** Whoever else started us may end before us, as a shell behind `nohup` does; npm waits for us. */
function whenNpmIsGone(then) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    then();
  }, LOOK_MS);
  return watch.unref();
}
