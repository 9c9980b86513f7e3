/** Everything that may be tuned in how a task is worked. Times in seconds unless named otherwise. */
export interface Policy {
  /** Files per FTS job: 100, as ASO and DIRAC (FTS's own cost grows with the square of a job's files). */
  maxFilesPerFtsJob: number;
  /** A batch leaves when its oldest file has waited so long: 15 s, which fills bursts; where job outputs trickle longer ones save nothing (docs/scaling.md). */
  batchWindow: number;
  /** FTS jobs of one task at a time; further batches wait inside themselves. */
  maxActiveFtsJobs: number;
  /** First look at an FTS job after so long… */
  followFirst: number;
  /** …then ×1.5 up to so long. */
  followMax: number;
  /** Looks of all jobs of a server and credential fall on this grid, so that one request serves many. */
  followGrid: number;
  /** An FTS job none of whose files has ended for so long is given up in this attempt (5 h, as the old ASO's file-timeout). */
  fileTimeout: number;
  /** An FTS job is given up after so long (20 h, as the old ASO's job-timeout). */
  jobTimeout: number;
  /** A file's time over all attempts; must be below CRAB's own limit (24 h). */
  stageOutTimeout: number;
  /** A task is closed after so long (30 days, CRAB's task lifetime). */
  taskLifetime: number;
  /** First pause before a failed file is sent again; doubles, jittered. */
  retryDelay: number;
  retryDelayMax: number;
  /** A failure that may last, as in a site's outage, ends a file only when it has gone on for so long (8 h: docs/scaling.md). */
  retryFor: number;
  /** No new attempt until the cancelled FTS row has its finish_time and so long has passed: its dying copy may still remove the destination. */
  cancelGrace: number;
  /** Files in a DBS block. */
  maxFilesPerBlock: number;
  /** Lumi sections in a DBS block (DBS's front end times out beyond; CRABServer issue 6670). */
  maxLumisPerBlock: number;
  /** Bytes of files in a DBS block. */
  maxBytesPerBlock: number;
  /** A partial block leaves when its oldest file has waited so long (18,800 s, as the old ASO). */
  blockTimeout: number;
  /** A file whose metadata CRAB does not have after so long is set aside. */
  metadataTimeout: number;
  /** First pause before a failed clean-up is tried again; doubles. */
  cleanupDelay: number;
  cleanupDelayMax: number;
  /** A source whose removal fails for so long is left behind, for the sweep. */
  cleanupTimeout: number;
  /** Sources of files that failed, were killed or could not be cleaned are kept at least so long before a sweep may remove them. */
  sourceRetention: number;
  /** Seconds a file may wait in FTS's queue (10 h, as CRAB). */
  ftsMaxTimeInQueue: number;
  /** FTS priority, 1 to 5. */
  ftsPriority: number;
  /** CRAB's rows of the files (`filetransfers`) are told what becomes of them. */
  crabBookkeeping: boolean;
  /** A word that CRAB has not taken after so long is given up: the row keeps what it says. */
  crabTimeout: number;
  /** A request that nobody waits for any more is carried out by CRAB within so long, or never: after that rows in doubt are looked at (5 min). */
  crabSettle: number;
}

/** What holds where nothing else is configured. */
export const DEFAULT_POLICY: Readonly<Policy> = Object.freeze({
  maxFilesPerFtsJob: 100,
  batchWindow: 15,
  maxActiveFtsJobs: 50,
  followFirst: 15,
  followMax: 300,
  followGrid: 5,
  fileTimeout: 5 * 3600,
  jobTimeout: 20 * 3600,
  stageOutTimeout: 24 * 3600,
  taskLifetime: 30 * 24 * 3600,
  retryDelay: 300,
  retryDelayMax: 2 * 3600,
  retryFor: 8 * 3600,
  cancelGrace: 60,
  maxFilesPerBlock: 100,
  maxLumisPerBlock: 100_000,
  maxBytesPerBlock: 1e15,
  blockTimeout: 18_800,
  metadataTimeout: 3 * 24 * 3600,
  cleanupDelay: 60,
  cleanupDelayMax: 3600,
  cleanupTimeout: 3 * 24 * 3600,
  sourceRetention: 30 * 24 * 3600,
  ftsMaxTimeInQueue: 10 * 3600,
  ftsPriority: 3,
  crabBookkeeping: false,
  crabTimeout: 7 * 24 * 3600,
  crabSettle: 300,
});

/** Settings of workflows that were started before there was the setting: they go on as they began, also when they are replayed. */
const AS_BEFORE: Partial<Policy> = { retryFor: 0 };

/**
 * A policy as it stands in the input of a workflow, which was perhaps started before one of the settings existed: what is lacking is as it was
 * then.
 */
export const wholePolicy = (policy: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...AS_BEFORE, ...policy });
