import type { ChildProcess } from 'node:child_process';
import { appendFileSync, renameSync, statSync } from 'node:fs';

/** A log that grows past this is set aside as `<path>.1`, over what lay there: half of what a log may take of the disk, bytes. */
const LIMIT = 32 * 2 ** 20;

/**
 * Appends all that a process writes to a file, which others may append to as well. Its newest part is kept: between `limit` and twice as
 * many bytes, in the file and in `<path>.1`.
 */
export function appendOutput(child: ChildProcess, path: string, limit = LIMIT): void {
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const write = (text: string): void => {
    if (size > limit) {
      renameSync(path, `${path}.1`);
      size = 0;
    }
    appendFileSync(path, text);
    size += Buffer.byteLength(text);
  };
  const append = (text: string): void => {
    try {
      write(text);
    } catch (error) {
      // The last of what a killed process wrote is read after its end, when the folder may be gone.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', append);
}
