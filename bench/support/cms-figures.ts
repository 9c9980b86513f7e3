/**
 * What is known of the load that CMS's analysis puts on this service, number by number with its source. *Assumed* marks what nobody has
 * published: such numbers are chosen so that what follows from them agrees with those that are known.
 */
export const CMS = Object.freeze({
  /** AsyncStageOut's requirement: CHEP 2015, J. Phys. Conf. Ser. 664 062052. The next step was 600,000 (CHEP 2016, 898 042048). */
  filesPerDay: 400_000,
  /** Users a month, of the same paper. */
  users: 1000,
  /** Over 60 sites in 2015, over 100 in 2016. */
  sites: 80,
  /** Assumed: the n-th busiest user has a share of tasks of 1/n, so that the first of 1,000 has 13 % and the first ten have 39 %. */
  userExponent: 1,
  /** Assumed: the n-th largest site runs a share of jobs of 1/√n. The first of 80 has 6 %. */
  siteExponent: 0.5,
  /** The largest task that CRAB takes (maxJobsPerTask 10,000). */
  largestTask: 10_000,
  /**
   * Assumed: tasks of more than n jobs are 1/√n of all. So the mean is 100 jobs, the median 3, and a tenth of the tasks has nine tenths of the
   * jobs; 400,000 files are some 1,700 tasks, of which about 500 are open at a time.
   */
  taskExponent: 0.5,
  /** A task's input data lie at so many sites at most. Assumed, as is that most tasks have few jobs per site. */
  sitesPerTask: 20,
  /** Assumed: output files per job. */
  outputsPerJob: 2,
  /** Assumed: so many tasks ask for logs, too (one a job). 2.4 files a job make 167,000 jobs a day; CRAB ran 200,000 (CHEP 2015, 664 062038). */
  shareWithLogs: 0.4,
  /** Assumed: CRAB publishes unless told not to. */
  shareToPublish: 0.8,
  /** Assumed: seconds that a job runs, log-normal: jobs of a task end within hours, not together. */
  jobSeconds: { median: 3 * 3600, sigma: 0.7 },
  /** Assumed: jobs of one task that run at a time. */
  jobsAtOnce: 1000,
  /**
   * Bytes of an output, log-normal: 300 MB in the mean. Between the 42 MB of what CRAB left in /store/temp (1.2 million files of 50 TB,
   * dmwm/CRABServer#5987) and the 1 GB of FTS as a whole (1.15 billion files and 1 EB in 2021).
   */
  outputBytes: { median: 100e6, sigma: 1.5, largest: 20e9 },
  /** Assumed: bytes of a log archive, log-normal. */
  logBytes: { median: 100e3, sigma: 1, largest: 50e6 },
  /** Assumed: seconds of a copy beside its bytes, and bytes a second, log-normal. FTS itself gives a copy 600 s and 2 s per MiB. */
  copy: { overhead: 5, bytesPerSecond: { median: 10e6, sigma: 0.8 } },
  /** Of copies that FTS attempts: 98.3 % went well in a test with 20 sites (CHEP 2012, 396 032025); of files, 1.4 % failed (CRAB's database in 2021, dmwm/CRABServer#6441). */
  shareOfFailures: 0.017,
});

/**
 * Why copies failed in two months of production, dmwm/CRABServer#9363, as FTS wrote it: share of all failures. The last is what remains:
 * other curl errors of 0.1 to 1.6 % each.
 */
export const CMS_FAILURES: readonly { share: number; state: 'FAILED' | 'CANCELED'; reason: string }[] = [
  {
    ...{ share: 0.434, state: 'FAILED' },
    reason: 'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: copy HTTP 507 : Insufficient Storage',
  },
  {
    ...{ share: 0.186, state: 'CANCELED' },
    reason: 'Job has been canceled because it stayed in the queue for too long (max-time-in-queue timeout)',
  },
  { share: 0.073, state: 'FAILED', reason: 'DESTINATION [1] HTTP 403 : Permission refused' },
  {
    ...{ share: 0.069, state: 'FAILED' },
    reason:
      'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: copy HTTP 500 : Unexpected server error: 500',
  },
  {
    ...{ share: 0.068, state: 'FAILED' },
    reason: 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts',
  },
  {
    ...{ share: 0.044, state: 'FAILED' },
    reason: 'DESTINATION [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts',
  },
  { share: 0.016, state: 'FAILED', reason: 'SOURCE [1] HTTP 403 : Permission refused' },
  {
    ...{ share: 0.01, state: 'FAILED' },
    reason:
      'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: Connection terminated abruptly; Status of TPC request unknown',
  },
  { share: 0.1, state: 'FAILED', reason: 'SOURCE [112] Result curl error (28): Timeout was reached after 1 attempts' },
];

/** Files per second that CMS brings, on average over a day. */
export const CMS_FILES_PER_SECOND = CMS.filesPerDay / (24 * 3600);
