import type { BatchFile } from './batch-file.ts';

/**
 * Why a file's source is still at its site although the file is final. `failed`, `killed`: nobody else has the bytes; `deletion-failed`: to be
 * removed, tried again; `uncleaned`: that was given up; `changed`: other bytes lie there now; `destination-lost`: the destination turned
 * out not to have the file after all.
 */
export type KeptWhy = 'failed' | 'killed' | 'deletion-failed' | 'uncleaned' | 'changed' | 'destination-lost';

/** Sources that no sweep takes, with why. */
export const NEVER_SWEPT: Partial<Record<KeptWhy, string>> = {
  changed: 'other bytes than the reported ones lie there',
  'destination-lost': 'it may be the only copy of a file that counts as DONE',
};

/** A source that is left behind. */
export interface KeptSource {
  why: KeptWhy;
  /** In words, as far as known. */
  reason: string | null;
  /** Epoch milliseconds. */
  since: number | null;
}

/** What is known of the source of a final file; null where it is gone, or where the file is not final. */
export function keptSource(file: BatchFile): KeptSource | null {
  const { transfer, source, sourceReason, attempts, kill, finalAt = null } = file;
  if (file.phase !== 'settled' || source === 'removed') return null;
  if (transfer === 'FAILED')
    return { why: 'failed', reason: attempts.at(-1)?.reason ?? null, since: finalAt ?? attempts.at(-1)?.at ?? null };
  if (transfer === 'KILLED')
    return { why: 'killed', reason: kill ? `${kill.by}: ${kill.reason}` : null, since: finalAt };
  // Still to be looked at for the first time: nothing has gone wrong.
  if (source === 'present' && sourceReason === null) return null;
  const why = {
    present: 'deletion-failed',
    left: 'destination-lost',
    changed: 'changed',
    uncleaned: 'uncleaned',
  } as const;
  return { why: why[source], reason: sourceReason, since: finalAt };
}
