import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { finish } from './finish.mjs';
import { goInstall } from './go-install.mjs';
import { withLock } from './lock.mjs';

/** The Temporal CLI, of which the dev server is a part; src/workers/temporal-cli.ts names the same one. */
export const VERSION = 'v1.5.1';
const OLDEST_SERVER = [1, 29];
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@${VERSION}`;
/** The SDK's download may not be reachable, and then it does not always say so. */
const DOWNLOAD_TIMEOUT_MS = 20_000;

/**
 * The Temporal CLI to use, fetched where there is none: an explicit path, PATH, our cache, the SDK's download,
 * a build by Go. Throws with the ways to get one where all of them fail.
 * @param {{ env: NodeJS.ProcessEnv, root: string, node: string, say: (text: string) => void }} context
 * @returns {Promise<{ path: string, from: string }>}
 */
export async function ensureTemporalServer({ env, root, node, say }) {
  const explicit = env.ASO_TEMPORAL_CLI;
  if (explicit) {
    const version = versionOf(explicit);
    if (!version) throw new Error(`ASO_TEMPORAL_CLI names ${explicit}, which does not run as a Temporal CLI`);
    return { path: explicit, from: `ASO_TEMPORAL_CLI, ${version.text}` };
  }
  const cached = cachePath(env);
  const found = () => onPath(env, say) ?? inCache(cached);
  const there = found();
  if (there) return there;
  return withLock(
    join(dirname(dirname(cached)), `temporal-${VERSION}.lock`),
    async () => found() ?? (await fetchInto(cached, { env, root, node, say })),
    say,
  );
}

/** Where a fetched one is kept. */
export function cachePath(env) {
  return join(cacheFolder(env), `temporal-${VERSION}`, 'temporal');
}

function onPath(env, say) {
  for (const directory of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(directory, 'temporal');
    const version = existsSync(path) && versionOf(path);
    if (!version) continue;
    if (version.isNewEnough) return { path, from: `PATH, ${version.text}` };
    say(`${path} is not used: ${version.text}, and server ${OLDEST_SERVER.join('.')} or newer is needed`);
  }
  return null;
}

function inCache(path) {
  const version = existsSync(path) && versionOf(path);
  return version ? { path, from: `cache, ${version.text}` } : null;
}

/** What it says of itself, or null where it does not run or is something else. */
function versionOf(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  const text = status === 0 ? stdout.trim() : '';
  const server = /Server (\d+)\.(\d+)/.exec(text);
  if (!server) return null;
  const [major, minor] = [Number(server[1]), Number(server[2])];
  const isNewEnough = major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]);
  return { text, isNewEnough };
}

/** Tries each way in a folder of its own and moves what works into place, so that nothing half done is ever there. */
async function fetchInto(cached, context) {
  const failures = [];
  for (const [name, fetch] of [
    ['download by the SDK', download],
    ['build by Go', build],
  ]) {
    const folder = join(dirname(dirname(cached)), `.fetch-${process.pid}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    try {
      const path = await fetch(folder, context);
      const version = versionOf(path);
      if (!version) throw new Error('what arrived does not run');
      mkdirSync(dirname(cached), { recursive: true });
      renameSync(path, cached);
      return { path: cached, from: `${name}, ${version.text}` };
    } catch (error) {
      context.say(`${name}: ${error.message}`);
      failures.push(`  - ${name}: ${error.message}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new Error(
    [
      'the Temporal dev server (the `temporal` CLI) is missing and could not be fetched:',
      ...failures,
      'Any one of these gets it:',
      `  - with Go 1.25 or newer: GOBIN=${dirname(cached)} go install ${GO_PACKAGE}`,
      `  - install the Temporal CLI (server ${OLDEST_SERVER.join('.')} or newer) so that \`temporal\` is on PATH: https://docs.temporal.io/cli`,
      '  - set ASO_TEMPORAL_CLI to the path of one',
    ].join('\n'),
  );
}

/** Has the SDK fetch and start one; what it fetched stays in `folder`. */
async function download(folder, { root, node, say }) {
  say(
    `no \`temporal\` on PATH or in the cache: asking the SDK to download it (at most ${DOWNLOAD_TIMEOUT_MS / 1000} s)`,
  );
  const executable = { type: 'cached-download', version: VERSION, downloadDir: folder };
  const script = `
    import { TestWorkflowEnvironment } from '@temporalio/testing';
    const server = { executable: ${JSON.stringify(executable)} };
    await (await TestWorkflowEnvironment.createLocal({ server })).teardown();`;
  await finish(node, ['--input-type=module', '-e', script], { cwd: root, timeoutMs: DOWNLOAD_TIMEOUT_MS });
  const path = readdirSync(folder)
    .map((name) => join(folder, name))
    .find((candidate) => versionOf(candidate));
  if (!path) throw new Error('the SDK left no executable');
  return path;
}

async function build(folder, context) {
  await goInstall([GO_PACKAGE], folder, context);
  const path = join(folder, 'temporal');
  chmodSync(path, 0o755);
  return path;
}
