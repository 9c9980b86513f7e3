import type { Bound } from '../support/report/bound.ts';
import type { Report } from '../support/report/report.ts';

/** How large the scenarios are played. */
export interface Size {
  /** Files of each simulated day. */
  files: number;
  seed: number;
}

/** A question put to the model: it prints tables and plots, and says what holds. */
export interface Scenario {
  name: string;
  play(report: Report, size: Size): { figures: object; bounds: Bound[] };
}
