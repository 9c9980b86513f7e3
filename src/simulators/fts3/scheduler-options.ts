/** How fast the simulator's clockwork runs. All times in milliseconds. */
export interface SchedulerOptions {
  /** Between two rounds of starting copies and ending jobs. */
  tickMs: number;
  /** Copies at a time per (source storage, destination storage, VO). */
  activePerLink: number;
  /** Between two looks for jobs whose max_time_in_queue is over. */
  expiryCheckMs: number;
  /** From the cancel of a job to the end of its running copies. */
  cancelGraceMs: number;
  /** Milliseconds that a second of retry_delay takes. */
  retrySecondMs: number;
  /** Retries of jobs that ask for `retry: 0`. */
  defaultRetries: number;
  /** Silence after which FTS gives up a copy whose machine died. */
  stalledAfterMs: number;
}
