/**
 * Finds, or gets, what tests and measurements on PostgreSQL need: its programs and Temporal's full server, which is built where it is
 * nowhere. `--apt`: PostgreSQL is installed from Debian where it is missing, and where we may. Plain JavaScript without dependencies.
 */
import { ensureFullServer } from './full-server.mjs';
import { findPostgresql, NO_POSTGRESQL } from './postgresql-programs.mjs';
import { aptInstall } from './python-prerequisites.mjs';

try {
  if (process.argv.includes('--apt') && !findPostgresql(process.env)) aptInstall(['postgresql']);
  const programs = findPostgresql(process.env);
  if (!programs) throw new Error(NO_POSTGRESQL);
  console.log(`PostgreSQL: ${programs.path} (${programs.from})`);
  const server = await ensureFullServer({ env: process.env, say: (text) => console.log(`  ${text}`) });
  console.log(`Temporal: ${Object.values(server.variables).join(', ')} (${server.from})`);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
