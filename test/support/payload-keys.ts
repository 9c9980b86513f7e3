import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** New keys of these ids, as lines of a key ring; the first one encrypts. */
export const keyLines = (...ids: string[]): string[] => ids.map((id) => `${id} ${randomBytes(32).toString('base64')}`);

/** A file of these lines that only its owner may read. */
export function privateFile(lines: readonly string[], mode = 0o600): string {
  const path = join(mkdtempSync(join(tmpdir(), 'aso-keys-')), 'file');
  writeFileSync(path, `${lines.join('\n')}\n`, { mode });
  return path;
}
