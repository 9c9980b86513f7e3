import { PARTS, type Calibration, type Part } from './calibration.ts';
import type { Costs } from './costs.ts';

/** What one part carries, and who says so. Limits are of the part as it is usually set up; all but those of FTS and sites grow with more of the part. */
export const LIMITS = Object.freeze({
  /** Of a core: what remains is for bursts. */
  usedShare: 0.7,
  /**
   * Transitions a second of one history shard, which stores one after the other: 200 at 5 ms a write (PlanetScale, "Temporal workflows at scale:
   * sharding in production").
   */
  shardTransitions: 200,
  /** Share of that which a shard is to carry: workflows are spread over shards by chance, and writes wait for each other. */
  shardShare: 0.1,
  /** Shards that are shipped (docker-compose.yml); they cannot be changed later. */
  shippedShards: 512,
  /** Cores of a node with history, matching and frontend as it is usually cut. */
  nodeCores: 4,
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
  storageRequests: number;
  cores: Record<Part, number>;
  /** Worker processes: each uses little more than a core. */
  workers: number;
  /** Nodes with Temporal's services, history among them; a further one where one may fail. */
  nodes: number;
  shards: number;
  /** Copies that FTS has to run at a time. */
  copies: number;
  ftsServers: number;
}

/** @param copySeconds of a file in the mean @param ftsRequests a second */
export function needsOf(
  { idle, requestsPerFile }: Calibration,
  costs: Costs,
  { filesPerDay, copySeconds, ftsRequests }: { filesPerDay: number; copySeconds: number; ftsRequests: number },
): Needs {
  const filesPerSecond = filesPerDay / 86_400;
  const outputs = filesPerSecond / costs.filesPerJobOutput;
  const transitions = outputs * costs.transitions;
  const [worker = 0, server = 0, database = 0] = PARTS.map((part) => idle[part] + outputs * costs.cpu[part]);
  const copies = filesPerSecond * copySeconds;
  return {
    filesPerSecond,
    transitions,
    events: outputs * costs.events,
    historyGbPerDay: (outputs * costs.historyBytes * 86_400) / 1e9,
    temporalRequests: outputs * costs.temporalRequests,
    ftsRequests,
    storageRequests: filesPerSecond * requestsPerFile.storage,
    cores: { worker, server, database },
    workers: Math.ceil(worker / LIMITS.usedShare),
    nodes: Math.ceil(server / (LIMITS.nodeCores * LIMITS.usedShare)),
    shards: powerOfTwo(transitions / (LIMITS.shardTransitions * LIMITS.shardShare)),
    copies,
    ftsServers: Math.ceil(copies / (LIMITS.ftsCopies * LIMITS.usedShare)),
  };
}

/** How much of what one of each carries is used; above 1 it takes more of them, or is too much. The most first. */
export function loadsOf(needs: Needs, busiestSite: number): { part: string; load: number }[] {
  const { nodeCores, usedShare, shippedShards } = LIMITS;
  const shards = shippedShards * LIMITS.shardTransitions * LIMITS.shardShare;
  const loads = [
    { part: 'all of FTS today, files/s', load: needs.filesPerSecond / LIMITS.allOfFts },
    { part: 'one FTS server, copies', load: needs.copies / LIMITS.ftsCopies },
    { part: 'one FTS server, requests', load: needs.ftsRequests / LIMITS.ftsRequests },
    { part: 'the busiest site, copies', load: (needs.copies * busiestSite) / LIMITS.siteCopies },
    { part: 'one worker process, CPU', load: needs.cores.worker / usedShare },
    { part: 'one Temporal node of 4 cores, CPU', load: needs.cores.server / (nodeCores * usedShare) },
    { part: 'PostgreSQL on 8 cores, CPU', load: needs.cores.database / (2 * nodeCores * usedShare) },
    { part: `${shippedShards} history shards`, load: needs.transitions / shards },
  ];
  return loads.sort((a, b) => b.load - a.load);
}

const powerOfTwo = (least: number): number => 2 ** Math.max(2, Math.ceil(Math.log2(least)));
