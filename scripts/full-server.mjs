import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { goInstall } from './go-install.mjs';
import { withLock } from './lock.mjs';

/** Temporal's server as it runs in production; src/servers/find-programs.ts names the same one. */
export const VERSION = 'v1.29.1';
const OLDEST = [1, 29];

/** Its programs: what they are called where they are installed, the variable that names one, and where Go finds them. */
const PROGRAMS = [
  { name: 'temporal-server', variable: 'ASO_TEMPORAL_SERVER', goPackage: 'go.temporal.io/server/cmd/server' },
  // The schemas of its databases are in it.
  { name: 'temporal-sql-tool', variable: 'ASO_TEMPORAL_SQL_TOOL', goPackage: 'go.temporal.io/server/cmd/tools/sql' },
];
const GO_PACKAGES = PROGRAMS.map(({ goPackage }) => `${goPackage}@${VERSION}`);

/**
 * Temporal's full server and the tool that makes its databases: explicit paths, PATH, our cache, a build by Go.
 * Throws with the ways to get them where all of them fail.
 * @param {{ env: NodeJS.ProcessEnv, say: (text: string) => void }} context
 * @returns {Promise<{ variables: Record<string, string>, from: string }>} the variables that name them
 */
export async function ensureFullServer({ env, say }) {
  const there = explicit(env) ?? onPath(env, say) ?? inCache(env);
  if (there) return there;
  return withLock(
    join(cacheFolder(env), `temporal-server-${VERSION}.lock`),
    async () => inCache(env) ?? (await build({ env, say })),
    say,
  );
}

/** Where what was built is kept. */
export const cachedFullServer = (env) => join(cacheFolder(env), `temporal-server-${VERSION}`);

/** Both have to be named: a server and a tool of different versions would not agree on the schema. */
function explicit(env) {
  const named = PROGRAMS.filter(({ variable }) => env[variable]);
  if (named.length === 0) return null;
  const unnamed = PROGRAMS.find(({ variable }) => !env[variable]);
  if (unnamed) throw new Error(`${named[0].variable} is set, ${unnamed.variable} is not: both programs are needed`);
  for (const { variable, name } of PROGRAMS) {
    if (!versionOf(env[variable])) throw new Error(`${variable} names ${env[variable]}, which does not run as ${name}`);
  }
  return found(
    PROGRAMS.map(({ variable }) => env[variable]),
    PROGRAMS.map(({ variable }) => variable).join(', '),
  );
}

function onPath(env, say) {
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const paths = PROGRAMS.map(({ name }) => join(folder, name));
    if (!paths.every((path) => existsSync(path) && versionOf(path))) continue;
    if (paths.every((path) => versionOf(path).isNewEnough)) return found(paths, 'PATH');
    say(`${paths[0]} is not used: ${versionOf(paths[0]).text}, and ${OLDEST.join('.')} or newer is needed`);
  }
  return null;
}

function inCache(env) {
  const paths = PROGRAMS.map(({ name }) => join(cachedFullServer(env), name));
  return paths.every((path) => existsSync(path) && versionOf(path)) ? found(paths, 'cache') : null;
}

const found = (paths, from) => ({
  variables: Object.fromEntries(PROGRAMS.map(({ variable }, at) => [variable, paths[at]])),
  from: `${from}, ${versionOf(paths[0]).text}`,
});

/** What it says of itself, or null where it does not run or is something else. */
function versionOf(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  const text = status === 0 ? stdout.trim() : '';
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(text)?.map(Number) ?? [];
  if (major === undefined) return null;
  return { text, isNewEnough: major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]) };
}

/** Builds in a folder of its own and moves what works into place, so that nothing half done is ever there. */
async function build({ env, say }) {
  const cached = cachedFullServer(env);
  const folder = join(dirname(cached), `.build-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await goInstall(GO_PACKAGES, folder, { env, say });
    for (const { name, goPackage } of PROGRAMS) {
      renameSync(join(folder, goPackage.split('/').at(-1)), join(folder, name));
      chmodSync(join(folder, name), 0o755);
    }
    rmSync(cached, { recursive: true, force: true });
    renameSync(folder, cached);
    const built = inCache(env);
    if (!built) throw new Error('what was built does not run');
    return { ...built, from: `build by Go, ${VERSION}` };
  } catch (error) {
    throw new Error(
      [
        `Temporal's full server is missing and could not be built: ${error.message}`,
        'Any one of these gets it:',
        `  - with Go 1.25 or newer on PATH, and its module proxy in reach, this builds it: node scripts/postgresql.mjs`,
        `  - put ${PROGRAMS.map(({ name }) => name).join(' and ')} (${OLDEST.join('.')} or newer) into a folder on PATH: https://github.com/temporalio/temporal/releases`,
        `  - set ${PROGRAMS.map(({ variable }) => variable).join(' and ')} to their paths`,
      ].join('\n'),
      { cause: error },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
