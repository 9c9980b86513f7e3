import { setTimeout as sleep } from 'node:timers/promises';
import { stageOutId } from '../../src/contract/ids.ts';
import { TASK_QUERIES } from '../../src/contract/messages.ts';
import { ftsRequests } from '../../src/demo/fts-view.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import { until } from '../../src/demo/until.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { usedBetween } from '../support/cpu.ts';
import { fastFts } from '../support/fast-fts.ts';
import type { TemporalOptions } from '../../src/servers/temporal-server.ts';
import type { WorkerProcess } from '../../src/workers/worker-process.ts';
import { onStand, type Stand } from '../support/stand.ts';
import type { Store } from '../support/store.ts';
import {
  OPEN_OF_TASKS,
  sumHistories,
  sumsSince,
  totalOf,
  type HistorySums,
  type SumsByType,
} from '../support/histories.ts';
import { layTrickle, trickle, TRICKLE_SITES, type TrickledJob } from './load.ts';

export interface TrickleOptions {
  /** Open tasks, all of them at work. */
  tasks: number;
  /** Job outputs of each, the one that opens it not counted. */
  jobsPerTask: number;
  /** Job outputs a second, all tasks together. */
  perSecond: number;
  /** Seconds that a copy takes. */
  copySeconds: number;
  /** What differs from the policy that is shipped. */
  policy: Partial<Policy>;
  store: Store;
  /** What differs in Temporal's server, on PostgreSQL. @default production's timers */
  settings?: TemporalOptions;
  /** Further environment of the worker. */
  environment?: Readonly<Record<string, string>>;
  /** Called when the job outputs begin to trickle in; what it returns, when all of what they cost has been done. */
  watch?: (worker: WorkerProcess) => () => void;
}

/** Seconds of CPU; null where the system does not tell, and of a database that is part of the server. */
export type Cpu = Record<'worker' | 'server' | 'database', number | null>;

export interface TrickleFigures {
  jobs: number;
  files: number;
  /** Of all workflows from report to published, by type; the opening of the tasks and their first job outputs not counted. */
  workflows: SumsByType;
  all: HistorySums;
  /** What the opening of a task costs, with its first job output up to the hand-over to its publisher. */
  opening: HistorySums;
  batches: number;
  ftsRequests: number;
  seconds: number;
  /** In these seconds, for everything, until nothing is left to do of it. */
  cpu: Cpu;
  /** A second, with nothing but worker and server up. */
  cpuOfNothing: Cpu;
  /** A second, with all tasks open and their publishers waiting for their blocks to fill. */
  cpuOfOpenTasks: Cpu;
}

/** Timers may be late by a second, as they may in production. Those of our tests' servers may not, which costs them CPU. */
export const PRODUCTION: TemporalOptions = { dynamicConfig: { 'history.timerProcessorMaxTimeShift': '1s' } };

const IDLE_SECONDS = 10;
/**
 * What a transition costs is not over with it: the time-outs that were set with it come due, by default after 10 s (of workflow tasks) and 15 s (of
 * heartbeats), and are found to be of nothing any more.
 */
const SETTLE_SECONDS = 17;

/** Job outputs that trickle into tasks that are open already. */
export function measureTrickle(ending: Ending, options: TrickleOptions): Promise<TrickleFigures> {
  const {
    tasks,
    jobsPerTask,
    perSecond,
    copySeconds,
    policy,
    store,
    settings = PRODUCTION,
    environment = {},
  } = options;
  const copies = [{ url: '.', outcome: { slowMs: copySeconds * 1000 } }];
  // One block of each task, of all its files, at the end.
  const work = (tasks * (jobsPerTask + 1)) / perSecond;
  const rest = 2 * ((policy.batchWindow ?? 0) + 2.5 * copySeconds + 5);
  const whole = { ...policy, blockTimeout: Math.ceil(work + rest + SETTLE_SECONDS + IDLE_SECONDS) };
  const fts = fastFts(tasks * 20, copies);
  const stand = { fts, policy: whole, sites: TRICKLE_SITES, store, settings, environment, patience: 15 };
  return onStand(ending, stand, async (stand) => {
    const laid = await layTrickle(stand, tasks, jobsPerTask + 1);
    const [first, others] = [laid.slice(0, tasks), laid.slice(tasks)];
    const cpuOfNothing = await cpuOfIdling(stand);
    await openTasks(stand, first, perSecond);
    const opened = await sumHistories(stand.client);
    await settle(stand);
    const cpuOfOpenTasks = await cpuOfIdling(stand);

    const requests = ftsRequests(stand.world.fts);
    const batches = stand.world.fts.jobs().length;
    const started = performance.now();
    const cpu = cpuSince(stand);
    const done = options.watch?.(stand.worker);
    await trickle(stand, others, perSecond);
    await untilPublished(stand, laid);
    await settle(stand);
    done?.();
    const figures = { seconds: (performance.now() - started) / 1000, cpu: cpu() };
    const workflows = sumsSince(opened, await sumHistories(stand.client));
    return {
      ...{ jobs: others.length, files: filesOf(others), workflows, all: totalOf(Object.values(workflows)) },
      ...{ opening: totalOf(Object.values(opened)), cpuOfNothing, cpuOfOpenTasks, ...figures },
      batches: stand.world.fts.jobs().length - batches,
      ftsRequests: ftsRequests(stand.world.fts) - requests,
    };
  });
}

const filesOf = (jobs: readonly TrickledJob[]): number => jobs.reduce((sum, { job }) => sum + job.files.length, 0);

/** Opens the tasks with a job output each, and waits until nothing of it is left to do but its publication. */
async function openTasks(stand: Stand, first: readonly TrickledJob[], perSecond: number): Promise<void> {
  const { client, signal } = stand;
  await trickle(stand, first, perSecond);
  for (const { task, job } of first) {
    const handle = client.workflow.getHandle(stageOutId(task));
    const acquired = async (): Promise<boolean> => {
      const { publication } = await handle.query<{ publication: { ACQUIRED?: number } }>(TASK_QUERIES.status);
      return publication.ACQUIRED === job.files.length;
    };
    await until(acquired, signal, 200);
  }
}

/** Asks Temporal nothing until the end is near: what is asked costs what is measured. */
async function untilPublished({ world, client, signal }: Stand, jobs: readonly TrickledJob[]): Promise<void> {
  const files = filesOf(jobs);
  await until(() => world.dbs.books.files().length >= files, signal, 500);
  const open = `${OPEN_OF_TASKS} AND WorkflowType = 'transferBatch'`;
  await until(async () => (await client.workflow.count(open)).count === 0, signal, 500);
}

/** @returns what has been used since it was called */
function cpuSince(stand: Stand): () => Cpu {
  const before = stand.cpu();
  return () => usedBetween(before, stand.cpu());
}

/** Until nothing is left to do of what has happened. */
const settle = (stand: Stand): Promise<void> => sleep(SETTLE_SECONDS * 1000, undefined, { signal: stand.signal });

/** What is used a second while nothing happens. */
async function cpuOfIdling(stand: Stand): Promise<Cpu> {
  const cpu = cpuSince(stand);
  await sleep(IDLE_SECONDS * 1000, undefined, { signal: stand.signal });
  const { worker, server, database } = cpu();
  const perSecond = (used: number | null): number | null => (used === null ? null : used / IDLE_SECONDS);
  return { worker: perSecond(worker), server: perSecond(server), database: perSecond(database) };
}
