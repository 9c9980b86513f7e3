import type { StuckGroup } from '../../client/index.ts';
import { utcTime } from '../../domain/utc-time.ts';
import { durationText } from '../duration.ts';
import { colors, counted, printable } from '../terminal.ts';

/** Names told of each kind; the others are counted. */
const NAMED = 3;

/** What does not move, for people: the worst first. */
export function stuckText(groups: readonly StuckGroup[], now: number): string {
  if (groups.length === 0) return 'nothing is stuck';
  return groups.map((group) => groupText(group, now).join('\n')).join('\n\n');
}

function groupText({ what, why, since, files, tasks, users, action }: StuckGroup, now: number): string[] {
  const amount = [
    ...(files === null || files === 0 ? [] : [counted(files, 'file')]),
    ...(tasks.length > 0 ? [counted(tasks.length, 'task')] : []),
    ...(users.length > 0 ? [counted(users.length, 'user')] : []),
  ].join(', ');
  return [
    `${colors.bold(printable(what))}${amount && `: ${amount}`}`,
    ...(since === null ? [] : [`  since  ${utcTime(since)}, for ${durationText(Math.max(0, now - since))}`]),
    `  why    ${printable(why)}`,
    `  do     ${colors.cyan(printable(action))}`,
    ...(tasks.length > 0 ? [`  tasks  ${named(tasks)}`] : []),
    ...(users.length > 0 ? [`  users  ${named(users)}`] : []),
  ];
}

const named = (names: readonly string[]): string =>
  names.slice(0, NAMED).map(printable).join(', ') + (names.length > NAMED ? ` and ${names.length - NAMED} more` : '');
