import type { Costs } from './costs.ts';

/** What one part carries, and who says so. Limits are of the part as it is usually set up; all but the last three grow with more of the part. */
export const LIMITS = Object.freeze({
  /** Of a core: what remains is for bursts. */
  usedShare: 0.7,
  /**
   * Transitions a second of one history shard, which stores one after the other: 200 at 5 ms a write (PlanetScale, "Temporal workflows at scale:
   * sharding in production"). Here 346 signals a second, of three transitions and less, came through one workflow.
   */
  shardTransitions: 200,
  /** Share of that which a shard is to carry: workflows are spread over shards by chance, and writes wait for each other. */
  shardShare: 0.1,
  /** Cores of a history, matching or frontend node as they are usually cut. */
  nodeCores: 4,
  /** Signals a second that one workflow takes: 16,000 went through one task at this rate. */
  workflowSignals: 346,
  /** Copies at a time of one FTS server (MaxUrlCopyProcesses). */
  ftsCopies: 400,
  /** Copies at a time into one site (FTS's own limit is 60 where nothing is set; CMS's rows say 200). */
  siteCopies: 200,
  /** Files a second of all of FTS, for everybody: 1.2 billion from July 2022 to August 2023. */
  allOfFts: 1.2e9 / (13 * 30.4 * 86_400),
  /** Requests a second of FTS's REST door. Assumed: 100 of some 30 ms each with its default of a few processes. */
  ftsRequests: 100,
});

/** What is needed for so many job outputs a second. */
export interface Needs {
  filesPerSecond: number;
  transitions: number;
  events: number;
  historyGbPerDay: number;
  temporalRequests: number;
  ftsRequests: number;
  workerCores: number;
  serverCores: number;
  databaseCores: number;
  /** Worker processes: each uses little more than a core. */
  workers: number;
  shards: number;
  /** Copies that FTS has to run at a time. */
  copies: number;
  ftsServers: number;
}

/** @param copySeconds of a file in the mean @param ftsRequests a second, where they are known better than per job output */
export function needsOf(costs: Costs, filesPerDay: number, copySeconds: number, ftsRequests?: number): Needs {
  const filesPerSecond = filesPerDay / 86_400;
  const outputs = filesPerSecond / costs.filesPerJobOutput;
  const transitions = outputs * costs.transitions;
  const workerCores = outputs * costs.workerCpu;
  const copies = filesPerSecond * copySeconds;
  return {
    filesPerSecond,
    transitions,
    events: outputs * costs.events,
    historyGbPerDay: (outputs * costs.historyBytes * 86_400) / 1e9,
    temporalRequests: outputs * costs.temporalRequests,
    ftsRequests: ftsRequests ?? outputs * costs.ftsRequests,
    workerCores,
    serverCores: outputs * costs.serverCpu,
    databaseCores: outputs * costs.databaseCpu,
    workers: Math.ceil(workerCores / LIMITS.usedShare),
    shards: powerOfTwo(transitions / (LIMITS.shardTransitions * LIMITS.shardShare)),
    copies,
    ftsServers: Math.ceil(copies / (LIMITS.ftsCopies * LIMITS.usedShare)),
  };
}

/** How much of what one of each carries is used; above 1 it takes more of them, or is too much. */
export function loadsOf(needs: Needs, busiestSite: number): { part: string; load: number }[] {
  const loads = [
    { part: 'all of FTS today, files/s', load: needs.filesPerSecond / LIMITS.allOfFts },
    { part: 'one FTS server, copies', load: needs.copies / LIMITS.ftsCopies },
    { part: 'one FTS server, requests', load: needs.ftsRequests / LIMITS.ftsRequests },
    { part: 'the busiest site, copies', load: (needs.copies * busiestSite) / LIMITS.siteCopies },
    { part: 'one worker process, CPU', load: needs.workerCores / LIMITS.usedShare },
    { part: 'one Temporal node of 4 cores, CPU', load: needs.serverCores / (LIMITS.nodeCores * LIMITS.usedShare) },
    { part: 'PostgreSQL on 8 cores, CPU', load: needs.databaseCores / (2 * LIMITS.nodeCores * LIMITS.usedShare) },
    { part: '512 history shards', load: needs.transitions / (512 * LIMITS.shardTransitions * LIMITS.shardShare) },
  ];
  return loads.sort((a, b) => b.load - a.load);
}

const powerOfTwo = (least: number): number => 2 ** Math.max(2, Math.ceil(Math.log2(least)));
