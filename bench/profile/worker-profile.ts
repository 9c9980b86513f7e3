import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending } from '../../src/demo/interrupt.ts';
import { profileClock, readProfiles, sharesByPart, type Span } from '../support/cpu-profile.ts';
import { secondsByThread } from '../support/threads.ts';
import { partOfMain, partOfWorkflows, threadKind, type ThreadKind } from './parts.ts';

/** Seconds of CPU, or shares of 1, by what they were spent on. */
export type Spent = [what: string, amount: number][];

/** What a worker did in a span of time. */
export interface WorkerSpent {
  /** Seconds of CPU by kind of thread. */
  threads: Spent;
  /** Shares of its main thread while that does something. */
  main: Spent;
  /** The same of the threads that run workflows. */
  workflows: Spent;
}

/** A worker under V8's profiler (`node --cpu-prof`), which writes its profiles when the worker's process ends. */
export class WorkerProfile {
  readonly #folder: string;
  readonly #span: Span = { from: 0, to: 0 };
  #before: ReadonlyMap<ThreadKind, number> = new Map();
  #after: ReadonlyMap<ThreadKind, number> = new Map();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(ending: Ending): Promise<WorkerProfile> {
    const folder = await mkdtemp(join(tmpdir(), 'aso-profile-'));
    ending.cleanUp(() => rm(folder, { recursive: true, force: true }));
    return new WorkerProfile(folder);
  }

  /** With which the worker is to be started. */
  get environment(): Record<string, string> {
    return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${this.#folder}` };
  }

  /** What the worker does from now on counts. @returns to be called when it does no more, while the worker is still there */
  watch(pid: number): () => void {
    this.#before = byKind(secondsByThread(pid));
    this.#span.from = profileClock();
    return () => {
      this.#span.to = profileClock();
      this.#after = byKind(secondsByThread(pid));
    };
  }

  /** What the worker did meanwhile, when its process has ended. */
  read(): WorkerSpent {
    const shares = (isWanted: (thread: number) => boolean, partOf: typeof partOfMain): Spent =>
      sharesByPart(readProfiles(this.#folder, isWanted), this.#span, partOf);
    return {
      threads: [...this.#after].map(([kind, seconds]) => [kind, seconds - (this.#before.get(kind) ?? 0)]),
      main: shares((thread) => thread === 0, partOfMain),
      workflows: shares((thread) => thread > 0, partOfWorkflows),
    };
  }
}

function byKind(threads: ReadonlyMap<string, number>): Map<ThreadKind, number> {
  const kinds = new Map<ThreadKind, number>();
  for (const [name, seconds] of threads) kinds.set(threadKind(name), (kinds.get(threadKind(name)) ?? 0) + seconds);
  return kinds;
}
