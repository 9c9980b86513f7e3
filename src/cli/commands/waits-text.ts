import type { TaskWait } from '../../client/index.ts';
import { FAILURE_TYPES, type FailureType } from '../../contract/failure-types.ts';
import { utcTime } from '../../domain/utc-time.ts';
import { counted, printable } from '../terminal.ts';

/** Waits shown of a task; the others are counted. */
const SHOWN = 5;

/** What is waited for, by what fails meanwhile. */
const AWAITED: Partial<Record<FailureType, string>> = {
  [FAILURE_TYPES.ftsUnavailable]: 'FTS',
  [FAILURE_TYPES.catalogUnavailable]: 'DBS',
  [FAILURE_TYPES.catalogRefused]: 'DBS to take it',
  [FAILURE_TYPES.catalogBusy]: 'a turn at DBS',
  [FAILURE_TYPES.crabUnavailable]: 'CRAB',
  [FAILURE_TYPES.crabRefused]: 'CRAB to take it',
  [FAILURE_TYPES.storageUnavailable]: 'storage',
  [FAILURE_TYPES.siteMisconfigured]: 'a site to be described',
};

/** What a task waits for outside of Temporal, one line each. */
export function waitsText(user: string, waits: readonly TaskWait[]): string[] {
  const lines = waits.slice(0, SHOWN).map(({ type, reason, since, activities }) => {
    const awaited = type === FAILURE_TYPES.credential ? `credentials of ${user}` : (AWAITED[type] ?? type);
    const time = since ? ` since ${utcTime(since.getTime())}` : '';
    return `waits for    ${awaited}${time} (${counted(activities, 'call')}): ${printable(reason)}`;
  });
  return waits.length > SHOWN ? [...lines, `             and ${waits.length - SHOWN} more`] : lines;
}
