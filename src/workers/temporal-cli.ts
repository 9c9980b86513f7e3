import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The version of the Temporal CLI that setting up fetches; scripts/temporal-server.mjs names the same one. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1';

/** Where setting up leaves the Temporal CLI. */
export function cachedTemporalCli(env: NodeJS.ProcessEnv): string {
  const cache = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return join(cache, 'asyncstageout', `temporal-${TEMPORAL_CLI_VERSION}`, 'temporal');
}

/**
 * The Temporal CLI to run the dev server with: `ASO_TEMPORAL_CLI`, else `temporal` on PATH, else the cache.
 * Installs nothing; throws with what to do where there is none.
 */
export function findTemporalCli(env: NodeJS.ProcessEnv = process.env): string {
  const explicit = env['ASO_TEMPORAL_CLI'];
  if (explicit) {
    if (isExecutable(explicit)) return explicit;
    throw new Error(`ASO_TEMPORAL_CLI names ${explicit}, which is not an executable file`);
  }
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((directory) => join(directory, 'temporal'));
  const found = [...onPath, cachedTemporalCli(env)].find(isExecutable);
  if (found) return found;
  throw new Error(
    `the Temporal dev server is missing: no \`temporal\` on PATH nor at ${cachedTemporalCli(env)}; ` +
      'run `npm run setup`, or name one in ASO_TEMPORAL_CLI',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
