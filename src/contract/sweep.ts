/** First argument of sweepSources. What is swept is decided when it is: see domain/sweep.ts. */
export interface SweepInput {
  task: string;
  /** Numbers of the batches whose files' sources are swept; at most 100. */
  batches: number[];
}

/** Keeps a sweep's history and result small: 100 batches are 10,000 files. */
export const MAX_SWEPT_BATCHES = 100;

/** Query: what a sweep came to so far. */
export const SWEEP_QUERY = 'progress';
