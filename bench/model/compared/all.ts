import type { Calibration } from '../calibration.ts';
import { compareBursts } from './bursts.ts';
import type { Comparison } from './comparison.ts';
import { compareDay } from './day.ts';
import { compareFairness } from './fairness.ts';
import { compareTrickle } from './trickle.ts';

/** Plays what the benches have played, with today's code and their policies, and compares what comes out. */
export const compareWithMeasurements = (calibration: Calibration): Comparison[] => [
  ...compareTrickle(calibration),
  ...compareBursts(calibration),
  ...compareFairness(calibration),
  ...compareDay(calibration),
];

/** How far off the model is: 0.1 for a tenth too much. */
export const errorOf = ({ modelled, measured }: Comparison): number => modelled / measured - 1;
