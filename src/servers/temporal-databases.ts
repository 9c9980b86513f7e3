import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DATABASES, type DatabaseAddress } from './server-config.ts';

const run = promisify(execFile);

/** The schemas that are in the tool, for PostgreSQL 12 and newer. */
const SCHEMAS = { default: 'postgresql/v12/temporal', visibility: 'postgresql/v12/visibility' } as const;

/**
 * Makes Temporal's two databases with their schemas, by its own tool.
 * @throws Error with what it said
 */
export async function createTemporalDatabases(sqlTool: string, address: DatabaseAddress): Promise<void> {
  const { host, port, user, password } = address;
  const where = ['--plugin', 'postgres12', '--ep', host, '-p', String(port), '-u', user];
  for (const store of ['default', 'visibility'] as const)
    for (const step of [['create'], ['setup', '-v', '0.0'], ['update', '--schema-name', SCHEMAS[store]]])
      await run(sqlTool, [...where, '--db', DATABASES[store], ...step], {
        env: { ...process.env, SQL_PASSWORD: password },
      });
}
