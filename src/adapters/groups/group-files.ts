import { readFile } from 'node:fs/promises';
import type { Groups } from '../../domain/lfn-areas.ts';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';

/**
 * Members of the groups under /store/group, read anew at each call: one user name a line, `#` begins a comment.
 * @param files path of each group's file; null: no map is configured, any group is allowed
 * @throws PortError `SiteMisconfigured` naming the group whose file cannot be read: nobody is let in by mistake
 */
export async function readGroups(files: Readonly<Record<string, string>> | null): Promise<Groups | undefined> {
  if (files === null) return undefined;
  const entries = Object.entries(files).map(async ([group, path]): Promise<[string, string[]]> => {
    try {
      const lines = (await readFile(path, 'utf8')).split('\n');
      return [group, lines.map((line) => line.replace(/#.*/, '').trim()).filter(Boolean)];
    } catch (cause) {
      const message = `group ${group}: its file of members cannot be read: ${(cause as Error).message}`;
      throw new PortError(FAILURE_TYPES.siteMisconfigured, message, { retryable: true, cause });
    }
  });
  return Object.fromEntries(await Promise.all(entries));
}
