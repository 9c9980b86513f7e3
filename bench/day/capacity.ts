import type { DayMoment } from './watch.ts';

/** Files copied a second between the first and the last tenth of a load: what comes faster than it is worked is worked as fast as it can be. */
export function capacityOf(moments: readonly DayMoment[]): number {
  const last = moments.at(-1)?.arrived ?? 0;
  const reached = (share: number): DayMoment | undefined => moments.find(({ arrived }) => arrived >= share * last);
  const [from, to] = [reached(0.1), reached(0.9)];
  return from && to && to.at > from.at ? (to.arrived - from.arrived) / (to.at - from.at) : NaN;
}
