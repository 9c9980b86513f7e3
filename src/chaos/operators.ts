import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import {
  cancelTask,
  isTaskRunning,
  pauseTask,
  resumeTask,
  retryTask,
  taskFiles,
  taskStatus,
  type TaskFile,
} from '../client/index.ts';
import { publishDatasetId, stageOutId, transferBatchId } from '../contract/ids.ts';
import { isFinalTransfer } from '../domain/states.ts';
import { awaitTarget } from './await-target.ts';
import type { Crab } from './crab.ts';
import { insist, isAnswer } from './insist.ts';
import type { ChaosJob } from './plan.ts';
import type { ActName, PlannedAct } from './plan-acts.ts';
import { resetWorkflow } from './reset.ts';
import type { Touch } from './touch.ts';

/** An act as it came out. */
export interface DoneAct {
  kind: ActName;
  /** Name of the task. */
  task: string;
  /** Epoch ms: when it was due, and when it was answered. */
  askedAt: number;
  answeredAt: number;
  /** What was done, or why not, in words. */
  outcome: string;
  /** It was carried out. */
  done: boolean;
  /** Whose copies it may have called off or repeated; null for nobody's. */
  touch: Touch | null;
}

/** This share of cancels is of a whole task. */
const WHOLE_CANCELS = 0.3;

/** Operators, and users through CRAB: each act is begun at its time, when there is what it is to act on, and repeated until it is answered. */
export class Operators {
  readonly #client: Client;
  readonly #crab: Crab;
  readonly #sites: string;
  readonly #signal: AbortSignal;
  readonly #tell: (event: string) => void;
  readonly done: DoneAct[] = [];

  /** @param sites root of the sites' files */
  constructor(client: Client, crab: Crab, sites: string, signal: AbortSignal, tell: (event: string) => void) {
    this.#client = client;
    this.#crab = crab;
    this.#sites = sites;
    this.#signal = signal;
    this.#tell = tell;
  }

  /** Carries out all acts, each at its time. @param since epoch ms of the beginning */
  play(acts: readonly PlannedAct[], since: number): { what: string; answer: Promise<void> }[] {
    const carriedOut = async (act: PlannedAct): Promise<void> => {
      await sleep(Math.max(0, since + act.at - Date.now()), undefined, { signal: this.#signal });
      await this.#carryOut(act);
    };
    return acts.map((act) => ({ what: `${act.kind} of ${act.task.task.label}`, answer: carriedOut(act) }));
  }

  async #carryOut(act: PlannedAct): Promise<void> {
    const { kind, task } = act;
    const askedAt = Date.now();
    let done = true;
    let outcome: string;
    try {
      const what = await this.#act(act);
      done = what !== null;
      outcome = what ?? 'nothing to act on';
    } catch (error) {
      if (!isAnswer(error)) throw error;
      done = false;
      outcome = (error as Error).message;
    }
    this.done.push({ kind, task: task.task.name, askedAt, answeredAt: Date.now(), outcome, done, touch: touchOf(act) });
    this.#tell(`${kind} of ${task.task.label}: ${outcome}`);
  }

  /** @returns what was done; null where there was nothing to do it to */
  async #act({ kind, task: { task, jobs }, pick }: PlannedAct): Promise<string | null> {
    const job = jobs[Math.floor(pick * jobs.length)];
    const ask = <T>(call: () => Promise<T>): Promise<T> => insist(this.#signal, call);
    const found = <T>(look: () => Promise<T | null>): Promise<T | null> =>
      awaitTarget(this.#client, task.name, this.#signal, look);
    await found(() => isTaskRunning(this.#client, task.name));
    switch (kind) {
      case 'cancel': {
        const isWhole = pick < WHOLE_CANCELS;
        const selection = isWhole ? {} : { jobs: [job?.job.jobId ?? ''] };
        const request = { ...selection, reason: 'chaos', by: 'operator' };
        const { files } = await ask(() => cancelTask(this.#client, task.name, request));
        return `${files} files${isWhole ? '' : ` of job ${job?.job.jobId}`}`;
      }
      case 'retry': {
        await found(() => hasFailed(this.#client, task.name));
        const { files } = await ask(() => retryTask(this.#client, task.name, {}));
        return `${files} files`;
      }
      case 'pause':
        await ask(() => pauseTask(this.#client, task.name));
        await sleep(2_000 + 4_000 * pick, undefined, { signal: this.#signal });
        await ask(() => resumeTask(this.#client, task.name));
        return 'and resumed';
      case 'reset-task':
        return found(() => resetWorkflow(this.#client, stageOutId(task.name), pick));
      case 'reset-batch':
        return found(() => resetWorkflow(this.#client, transferBatchId(task.name, batchOf(pick)), (pick * 7) % 1));
      case 'reset-publisher':
        return found(() => resetWorkflow(this.#client, publishDatasetId(task.name, task.dataset), pick));
      case 'resubmit': {
        if (!job) return null;
        const states = await found(() => this.#statesWhenOver(task.name, job));
        if (states) await this.#crab.resubmit(task, job, 1);
        return states && `job ${job.job.jobId}, whose files were ${states}`;
      }
    }
  }

  /**
   * A job runs again when its files are final, and the sources of those that arrived are gone: a user would not ask for it before.
   * @returns the states of its files then; null before
   */
  async #statesWhenOver(task: string, { job }: ChaosJob): Promise<string | null> {
    const files: TaskFile[] = [];
    for await (const page of taskFiles(this.#client, task)) files.push(...page);
    const own = files.filter(({ jobId }) => jobId === job.jobId);
    const isOver = own.every(({ transfer }) => isFinalTransfer(transfer));
    const lies = (lfn: string): boolean => existsSync(join(this.#sites, job.source, lfn));
    const isClean = own.every(({ transfer, detail }) => transfer !== 'DONE' || !detail || !lies(detail.sourceLfn));
    if (own.length !== job.files.length || !isOver || !isClean) return null;
    return [...new Set(own.map(({ transfer }) => transfer))].join(' and ');
  }
}

/** @returns null where there is nothing that could be tried again */
async function hasFailed(client: Client, task: string): Promise<true | null> {
  const { FAILED = 0, KILLED = 0 } = (await taskStatus(client, task)).transfer;
  return FAILED + KILLED > 0 || null;
}

/** One of a task's first batches. */
const batchOf = (pick: number): number => 1 + Math.floor(pick * 3);

/** A retry touches what was not copied well; a pause and the reset of a task or a publisher touch no copies. */
function touchOf({ kind, task: { jobs }, pick }: PlannedAct): Touch | null {
  const jobId = jobs[Math.floor(pick * jobs.length)]?.job.jobId ?? '';
  if (kind === 'cancel' && pick < WHOLE_CANCELS) return { kind: 'all' };
  if (kind === 'cancel' || kind === 'resubmit') return { kind: 'job', jobId };
  return kind === 'reset-batch' ? { kind: 'batch', batch: batchOf(pick) } : null;
}
