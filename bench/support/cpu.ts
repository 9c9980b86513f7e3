import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in such parts of a second for everybody, whatever the kernel's own ticks are (proc_pid_stat(5), USER_HZ). */
export const TICKS_PER_SECOND = 100;

/** Seconds of CPU, in user and kernel mode, that a process has used so far; null where /proc does not tell. */
export function cpuSeconds(pid: number): number | null {
  const fields = statOf(pid);
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * The same of a process and all its descendants, those included that have ended and been waited for: of a database that makes a process
 * for each connection.
 */
export function cpuSecondsOfTree(pid: number): number | null {
  const stats = new Map<number, string[]>();
  try {
    for (const name of readdirSync('/proc')) {
      const fields = /^\d+$/.test(name) ? statOf(Number(name)) : null;
      if (fields) stats.set(Number(name), fields);
    }
  } catch {
    return null;
  }
  if (!stats.has(pid)) return null;
  const isOurs = (one: number): boolean => one === pid || (stats.has(one) && isOurs(Number(stats.get(one)![1])));
  let ticks = 0;
  for (const [one, fields] of stats)
    if (isOurs(one)) for (const field of [11, 12, 13, 14]) ticks += Number(fields[field]);
  return ticks / TICKS_PER_SECOND;
}

/** What each part has used between two moments; null where the system does not tell. */
export const usedBetween = <Part extends string, Seconds extends number | null>(
  before: Readonly<Record<Part, Seconds>>,
  after: Readonly<Record<Part, Seconds>>,
): Record<Part, Seconds> =>
  Object.fromEntries(
    (Object.keys(before) as Part[]).map((part) => {
      const [from, to] = [before[part], after[part]];
      return [part, from === null || to === null ? null : to - from];
    }),
  ) as Record<Part, Seconds>;

/** Seconds of all of some; null where the system does not tell of one. */
export const sumOf = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);

/** Fields of a process's stat from the third on, its state: its parent is then 1, utime, stime, cutime and cstime are 11 to 14. */
function statOf(pid: number): string[] | null {
  try {
    // The second field, the program's name in parentheses, may have blanks.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)\s+/s, '').split(' '); // prettier-ignore
  } catch {
    return null;
  }
}
