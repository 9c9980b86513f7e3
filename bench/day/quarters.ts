import type { DayMoment } from './watch.ts';

/** What a quarter of the time of a day was like. */
export interface Quarter {
  filesPerSecond: number;
  /** CPU per file done. */
  workerMs: number;
  serverMs: number;
  /** At its end. */
  workerMiB: number;
  serverMiB: number;
}

/** The four quarters of a day's first seconds: what grows with time differs between them. */
export function quartersOf(moments: readonly DayMoment[], seconds: number): Quarter[] {
  const end = Number.isNaN(seconds) ? (moments.at(-1)?.at ?? 0) : seconds;
  const edges = [0, 1, 2, 3, 4].map((quarter) => moments.findLast(({ at }) => at <= (quarter * end) / 4) ?? moments[0]);
  return edges.slice(1).flatMap((now, at) => {
    const before = edges[at];
    if (!now || !before || now === before) return [];
    const files = now.arrived - before.arrived;
    return {
      filesPerSecond: files / (now.at - before.at),
      workerMs: ((now.cpu.workers - before.cpu.workers) * 1000) / files,
      serverMs: ((now.cpu.temporal - before.cpu.temporal) * 1000) / files,
      workerMiB: now.memory.worker,
      serverMiB: now.memory.temporal,
    };
  });
}
