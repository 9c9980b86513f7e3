/**
 * What was measured of two tools that do the same work, in November 2026 on loopback: 2 shared cores, a fast mock of FTS3 that moves no bytes,
 * copies of 5 s, 5,000 files from 10 sources to 1 destination. CRAB: FTS_Transfers.py, without its pause of 300 s between two rounds and
 * with it, its database stubbed; Rucio: the conveyor of 41.5 on PostgreSQL, tuned (bulks of 100) and as shipped.
 */
export const PEERS_LOAD = {
  /** Seconds. */
  allFinalAfter: ['10–11', '–', '71–85', '965'],
  /** Seconds per 1,000 files. */
  cpu: ['1.5', '1.5', '16', '42'],
  storeCpu: ['stubbed', 'stubbed', '4.5', '8'],
  /** Per file. */
  requests: ['0.22', '0.18', '0.013', '1.01'],
  /** Seconds, median / p95. */
  latency: ['1.5 / 2.3', '153 / 288', '25–31 / 45', '706 / 785'],
} as const;

/** The same latencies as numbers; of Rucio's range the middle. */
export const PEERS_LATENCY = { median: [1.5, 153, 28, 706], p95: [2.3, 288, 45, 785] } as const;

/** FTS requests per file of CRAB without its pause, when files trickle in. */
export const CRAB_TRICKLE_REQUESTS = '1.87';
/** Files a second in that experiment. */
export const TRICKLE_PER_SECOND = 41.7;

/** What the same faults did to them. */
export const PEERS_FAULTS = {
  crab: {
    submitting: 'every file submitted so far sent twice',
    following: '2,450 of 5,000 records never end',
    stateStore: '50 of 1,000 records never end',
    kill: 'no DELETE, every KILL becomes DONE',
    refused: "submitted once, with FTS's own retries",
  },
  rucio: {
    submitting: 'files of the job in flight sent twice, 2 h later',
    kill: '1,500 DELETEs for 15 jobs, 58 s, too late for 1,200 of 1,500 files',
    refused: 'submitted 4 times',
  },
} as const;
