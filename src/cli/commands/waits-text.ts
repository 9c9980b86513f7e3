import type { TaskWait } from '../../client/index.ts';
import { awaitedText } from '../../contract/awaited.ts';
import { utcTime } from '../../domain/utc-time.ts';
import { counted, printable } from '../terminal.ts';

/** Waits shown of a task; the others are counted. */
const SHOWN = 5;

/** What a task waits for outside of Temporal, one line each. */
export function waitsText(user: string, waits: readonly TaskWait[]): string[] {
  const lines = waits.slice(0, SHOWN).map(({ type, reason, since, activities }) => {
    const time = since ? ` since ${utcTime(since.getTime())}` : '';
    return `waits for    ${awaitedText(type, user)}${time} (${counted(activities, 'call')}): ${printable(reason)}`;
  });
  return waits.length > SHOWN ? [...lines, `             and ${waits.length - SHOWN} more`] : lines;
}
