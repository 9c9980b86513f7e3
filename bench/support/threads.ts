import { readdirSync, readFileSync } from 'node:fs';
import { TICKS_PER_SECOND } from './cpu.ts';

/** Seconds of CPU that the threads of a process have used so far, summed by their names; empty where /proc does not tell. */
export function secondsByThread(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of threadsOf(pid)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
      const [, name = '', rest = ''] = /\((.*)\)\s+(.*)/s.exec(stat) ?? [];
      const fields = rest.split(' ');
      const used = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      seconds.set(name, (seconds.get(name) ?? 0) + used);
    } catch {
      // It has just ended.
    }
  }
  return seconds;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
