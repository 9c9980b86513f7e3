import type { Bound } from '../support/report/bound.ts';
import type { Report } from '../support/report/report.ts';
import type { Calibration } from './calibration.ts';

/** How large the scenarios are played, and what steps cost in them. */
export interface Setting {
  /** Files of each simulated day. */
  files: number;
  seed: number;
  calibration: Calibration;
}

/** A question put to the model: it prints tables and plots, and says what holds. */
export interface Scenario {
  name: string;
  play(report: Report, setting: Setting): { figures: object; bounds: Bound[] };
}
