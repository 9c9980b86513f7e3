import { findServerPrograms } from '../../src/servers/find-programs.ts';

/**
 * Why tests on PostgreSQL cannot run here; null where they can.
 * @throws where they cannot and `CI` is set: there they have to
 */
export function missingForPostgresql(): string | null {
  try {
    findServerPrograms();
    return null;
  } catch (error) {
    if (process.env['CI']) throw error;
    return (error as Error).message;
  }
}

/** As `missingForPostgresql`, for `describe.skipIf`: says what is not tested, and why. */
export function isPostgresqlMissing(what: string): boolean {
  const missing = missingForPostgresql();
  if (missing !== null) console.warn(`${what} is not tested: ${missing}`);
  return missing !== null;
}
