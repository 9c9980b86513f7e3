import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts PostgreSQL's programs, which are not on PATH there. */
const DEBIAN = '/usr/lib/postgresql';
/** What is needed of them. */
const NEEDED = ['initdb', 'postgres', 'pg_basebackup'];

/** What to do where there are none. */
export const NO_POSTGRESQL =
  `PostgreSQL's programs (${NEEDED.join(', ')}) are missing: not on PATH, nor under ${DEBIAN}. ` +
  'Install its server (on Debian: apt-get install postgresql), or name the folder of its programs in ASO_POSTGRESQL';

/**
 * The folder of PostgreSQL's programs: `ASO_POSTGRESQL`, PATH, Debian's newest; src/servers/find-programs.ts uses what this finds.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ path: string, from: string } | null}
 * @throws where `ASO_POSTGRESQL` names a folder that lacks them
 */
export function findPostgresql(env) {
  const named = env.ASO_POSTGRESQL;
  if (named) {
    if (isComplete(named)) return { path: named, from: 'ASO_POSTGRESQL' };
    throw new Error(`ASO_POSTGRESQL names ${named}, which lacks one of ${NEEDED.join(', ')}`);
  }
  const onPath = (env.PATH ?? '').split(delimiter).filter(Boolean).find(isComplete);
  if (onPath) return { path: onPath, from: 'PATH' };
  const ofDebian = versionsOfDebian()
    .map((version) => join(DEBIAN, version, 'bin'))
    .find(isComplete);
  return ofDebian ? { path: ofDebian, from: "Debian's" } : null;
}

const isComplete = (folder) => NEEDED.every((name) => existsSync(join(folder, name)));

/** Newest first. */
function versionsOfDebian() {
  try {
    return readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}
