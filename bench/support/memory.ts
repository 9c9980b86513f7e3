import { readFileSync, writeFileSync } from 'node:fs';

/** The most memory that a process has had, MiB (VmHWM of proc_pid_status(5)); null where /proc does not tell. */
export function memoryPeak(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
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
