import { readFileSync, writeFileSync } from 'node:fs';

/** The most memory that a process has had, MiB; null where /proc does not tell. */
export const memoryPeak = (pid: number): number | null => statusOf(pid, 'VmHWM');

/** The memory that a process has, MiB; null where /proc does not tell. */
export const memoryNow = (pid: number): number | null => statusOf(pid, 'VmRSS');

/** A line of a process's status in MiB (proc_pid_status(5)). */
function statusOf(pid: number, name: 'VmHWM' | 'VmRSS'): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const [, kilobytes] = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status) ?? [];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

/** Has the peak count from now on, where the system lets us (proc_pid_clear_refs(5)). */
export function forgetMemoryPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // The peak is then that of the process's whole life: too much, never too little.
  }
}
