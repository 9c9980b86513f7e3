import type { Amounts, Sample } from './sample.ts';

export interface Row extends Amounts {
  name: string;
  /** Files and bytes a second since the sample before; null where it was not in that one. */
  filesPerSecond: number | null;
  bytesPerSecond: number | null;
}

export const SORTS = ['throughput', 'queue', 'failures'] as const;
export type Sort = (typeof SORTS)[number];

/** The rows of a sample with their rates, sorted; what is equal, by name. */
export function rowsOf(
  now: ReadonlyMap<string, Amounts>,
  before: ReadonlyMap<string, Amounts> | undefined,
  seconds: number,
  sort: Sort,
): Row[] {
  const rows = [...now].map(([name, amounts]): Row => {
    const old = before?.get(name);
    // Tasks that ended take their files with them: that is no throughput.
    const rate = (of: 'done' | 'bytes'): number | null => (old ? Math.max(0, amounts[of] - old[of]) / seconds : null);
    return { name, ...amounts, filesPerSecond: rate('done'), bytesPerSecond: rate('bytes') };
  });
  const key = KEYS[sort];
  return rows.sort((a, b) => key(b) - key(a) || b.active - a.active || a.name.localeCompare(b.name));
}

const KEYS: Readonly<Record<Sort, (row: Row) => number>> = {
  throughput: (row) => row.filesPerSecond ?? 0,
  queue: ({ queue, held }) => queue + held,
  failures: ({ failed }) => failed,
};

/** Everything of a sample in one row; its rates are those of its tasks. */
export function totalOf(rows: readonly Row[]): Row {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    name: '',
    ...{ done: sum((row) => row.done), bytes: sum((row) => row.bytes), active: sum((row) => row.active) },
    ...{ queue: sum((row) => row.queue), held: sum((row) => row.held), failed: sum((row) => row.failed) },
    filesPerSecond: sum((row) => row.filesPerSecond ?? 0),
    bytesPerSecond: sum((row) => row.bytesPerSecond ?? 0),
  };
}

/** Seconds between two samples; 1 where there is one only. */
export const secondsBetween = (before: Sample | null, now: Sample): number =>
  before ? Math.max(0.001, (now.at - before.at) / 1000) : 1;
