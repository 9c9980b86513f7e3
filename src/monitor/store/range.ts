import { STEPS } from './schema.ts';

/** A stretch of time, epoch seconds, `to` excluded; cut into `step`s for a chart. */
export interface Range {
  from: number;
  to: number;
  /** Width of the points of a chart, seconds. */
  step: number;
  /** Width of the buckets it is read from. */
  bucket: number;
}

/** Points of a chart at the most: more than a chart has room for would not be seen. */
const POINTS = 150;
/** Widths that people think in, seconds. */
const NICE = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/** A range that starts and ends on its steps; minutes where they are still kept and not too many, else hours. */
export function rangeOf(from: number, to: number, now: number, minuteDays: number): Range {
  const isFine = from >= now - minuteDays * 86_400 + STEPS.hour;
  const least = Math.max(isFine ? STEPS.minute : STEPS.hour, (to - from) / POINTS);
  const step = NICE.find((width) => width >= least) ?? Math.ceil(least / 604_800) * 604_800;
  const bucket = isFine && step < STEPS.hour ? STEPS.minute : STEPS.hour;
  return { from: from - (from % step), to: to - (to % step) + (to % step > 0 ? step : 0), step, bucket };
}
