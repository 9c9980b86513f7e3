/**
 * Milliseconds that steps outside of the domain take where nothing is overloaded: the size of what the benches measure on loopback, with what a
 * wide area adds for FTS, storage and DBS. The results hardly depend on them: windows, looks and copies take seconds to hours.
 */
export const DELAYS = Object.freeze({
  /** From something that happens to a workflow until its next workflow task has ended; what comes meanwhile shares the task. */
  workflowTask: 25,
  /** A signal between two workflows. */
  signal: 10,
  /** POST of an FTS job. */
  submit: 300,
  /** DELETE and GET of an FTS job. */
  cancel: 300,
  /** Our look at the destinations of a batch, and the removal of its sources. */
  settle: 500,
  /** Handing files to their publisher. */
  handOver: 20,
  /** Metadata of a block from CRAB, and the block into DBS: CRAB's tools take some seconds for a common one. */
  publish: 5000,
  /** Workers ask for operators' rules so often (`operations.refresh`). */
  askRules: 15_000,
});
