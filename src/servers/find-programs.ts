import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The version of Temporal's full server that setting up builds; scripts/full-server.mjs names the same one. */
export const TEMPORAL_SERVER_VERSION = 'v1.29.1';

/** Programs that Temporal on PostgreSQL is run by. */
export interface ServerPrograms {
  /** Temporal's full server. */
  server: string;
  /** Makes its databases; the schemas are in it. */
  sqlTool: string;
  /** Folder of PostgreSQL's programs. */
  postgresql: string;
}

const GET_THEM = '`node scripts/postgresql.mjs` gets it, or says how';
/** Where Debian puts PostgreSQL's programs, which are not on PATH there. */
const DEBIAN = '/usr/lib/postgresql';

/** Where setting up leaves Temporal's full server and its tool. */
export function cachedFullServer(env: NodeJS.ProcessEnv): string {
  const cache = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return join(cache, 'asyncstageout', `temporal-server-${TEMPORAL_SERVER_VERSION}`);
}

/**
 * The programs that `ASO_TEMPORAL_SERVER`, `ASO_TEMPORAL_SQL_TOOL` and `ASO_POSTGRESQL` (a folder) name, else those on PATH, in the cache,
 * and Debian's. Installs nothing.
 * @throws Error naming what is missing, and how to get it
 */
export function findServerPrograms(env: NodeJS.ProcessEnv = process.env): ServerPrograms {
  const path = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const ofTemporal = [...path, cachedFullServer(env)].find((folder) =>
    ['temporal-server', 'temporal-sql-tool'].every((name) => isExecutable(join(folder, name))),
  );
  const named = (variable: string, otherwise: string): string => {
    const program = env[variable] || (ofTemporal && join(ofTemporal, otherwise));
    if (!program)
      throw new Error(`Temporal's full server is missing: no ${otherwise} on PATH nor in the cache; ${GET_THEM}`);
    if (!isExecutable(program)) throw new Error(`${variable} names ${program}, which is not an executable file`);
    return program;
  };
  return {
    server: named('ASO_TEMPORAL_SERVER', 'temporal-server'),
    sqlTool: named('ASO_TEMPORAL_SQL_TOOL', 'temporal-sql-tool'),
    postgresql: findPostgresql(env, path),
  };
}

function findPostgresql(env: NodeJS.ProcessEnv, path: readonly string[]): string {
  const isComplete = (folder: string): boolean =>
    ['initdb', 'postgres', 'pg_basebackup'].every((name) => isExecutable(join(folder, name)));
  const named = env['ASO_POSTGRESQL'];
  if (named) {
    if (isComplete(named)) return named;
    throw new Error(`ASO_POSTGRESQL names ${named}, which lacks programs of PostgreSQL's server`);
  }
  const found = [...path, ...foldersOfDebian()].find(isComplete);
  if (found) return found;
  throw new Error(`PostgreSQL's programs are missing: not on PATH, nor under ${DEBIAN}; ${GET_THEM}`);
}

/** Newest first. */
function foldersOfDebian(): string[] {
  try {
    const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(DEBIAN, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
