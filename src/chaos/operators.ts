import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { cancelTask, pauseTask, resumeTask, retryTask, taskFiles, type TaskFile } from '../client/index.ts';
import { publishDatasetId, stageOutId, transferBatchId } from '../contract/ids.ts';
import { isFinalTransfer } from '../domain/states.ts';
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
  /** Epoch ms: when it was first asked for, and answered. */
  askedAt: number;
  answeredAt: number;
  /** What was done, or why not, in words. */
  outcome: string;
  /** It was carried out. */
  done: boolean;
  /** Whose copies it may have called off or repeated; null for nobody's. */
  touch: Touch | null;
}

/** A job's files must be final, and the sources of those that arrived gone, before it runs again; looked for so long, milliseconds. */
const RERUN_PATIENCE_MS = 40_000;
/** What is to be reset must have begun; looked for so long, milliseconds. */
const RESET_PATIENCE_MS = 30_000;
const LOOK_MS = 1_000;
/** This share of cancels is of a whole task. */
const WHOLE_CANCELS = 0.3;

/** Operators, and users through CRAB: each act is begun at its time and repeated until it is answered. */
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
    switch (kind) {
      case 'cancel': {
        const isWhole = pick < WHOLE_CANCELS;
        const selection = isWhole ? {} : { jobs: [job?.job.jobId ?? ''] };
        const request = { ...selection, reason: 'chaos', by: 'operator' };
        const { files } = await ask(() => cancelTask(this.#client, task.name, request));
        return `${files} files${isWhole ? '' : ` of job ${job?.job.jobId}`}`;
      }
      case 'retry': {
        const { files } = await ask(() => retryTask(this.#client, task.name, {}));
        return `${files} files`;
      }
      case 'pause':
        await ask(() => pauseTask(this.#client, task.name));
        await sleep(2_000 + 4_000 * pick, undefined, { signal: this.#signal });
        await ask(() => resumeTask(this.#client, task.name));
        return 'and resumed';
      case 'reset-task':
        return this.#reset(stageOutId(task.name), pick);
      case 'reset-batch':
        return this.#reset(transferBatchId(task.name, batchOf(pick)), (pick * 7) % 1);
      case 'reset-publisher':
        return task.publication !== 'never' ? this.#reset(publishDatasetId(task.name, task.dataset), pick) : null;
      case 'resubmit':
        return job ? this.#resubmit(task.name, job, () => this.#crab.resubmit(task, job, 1)) : null;
    }
  }

  /** A workflow that has not begun yet is waited for. */
  async #reset(workflowId: string, pick: number): Promise<string | null> {
    for (const until = Date.now() + RESET_PATIENCE_MS; ; await sleep(LOOK_MS, undefined, { signal: this.#signal })) {
      try {
        return await insist(this.#signal, () => resetWorkflow(this.#client, workflowId, pick));
      } catch (error) {
        if (!isAnswer(error) || Date.now() > until) throw error;
      }
    }
  }

  /** A job runs again when its files are final; a user would not ask for it before. */
  async #resubmit(task: string, { job }: ChaosJob, run: () => Promise<void>): Promise<string | null> {
    const until = Date.now() + RERUN_PATIENCE_MS;
    while (Date.now() < until) {
      const files: TaskFile[] = [];
      await insist(this.#signal, async () => {
        files.length = 0;
        for await (const page of taskFiles(this.#client, task)) files.push(...page);
      });
      const own = files.filter(({ jobId }) => jobId === job.jobId);
      const isOver = own.every(({ transfer }) => isFinalTransfer(transfer));
      const lies = (lfn: string): boolean => existsSync(join(this.#sites, job.source, lfn));
      const isClean = own.every(({ transfer, detail }) => transfer !== 'DONE' || !detail || !lies(detail.sourceLfn));
      if (own.length === job.files.length && isOver && isClean) {
        await run();
        return `job ${job.jobId}, whose files were ${[...new Set(own.map(({ transfer }) => transfer))].join(' and ')}`;
      }
      await sleep(LOOK_MS, undefined, { signal: this.#signal });
    }
    return null;
  }
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
