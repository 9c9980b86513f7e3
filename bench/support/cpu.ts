import { readFileSync } from 'node:fs';

/** Linux counts a process's time in such parts of a second for everybody, whatever the kernel's own ticks are (proc_pid_stat(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU, in user and kernel mode, that a process has used so far; null where /proc does not tell. */
export function cpuSeconds(pid: number): number | null {
  try {
    // Its second field, the program's name in parentheses, may have blanks; utime and stime are fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\)\s+/s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
