import { seededRandom } from '../../src/demo/random.ts';
import type { CopyOutcome } from '../../src/domain/operations/copy-outcomes.ts';
import { takeOutcomes } from '../../src/domain/operations/breaker.ts';
import { OperationsState } from '../../src/domain/operations/operations-state.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import type { Steps } from './calibration.ts';
import { Cores } from './cores.ts';
import { EventQueue } from './event-queue.ts';
import { FtsModel } from './fts-model.ts';
import type { FtsOptions } from './fts-rows.ts';
import { Findings } from './findings.ts';

/** Where virtual time begins, epoch milliseconds. */
export const BEGIN = 1_800_000_000_000;

export interface UniverseOptions {
  seed: number;
  policy?: Partial<Policy>;
  fts?: FtsOptions;
  /** Operators' rules as they stand at the beginning. */
  operations?: OperationsState;
  /** Cores that all parts share, and seconds of CPU of all of them for one of each step. @default as many as it takes */
  cores?: { count: number; seconds: Steps };
}

/** What all tasks of a simulation share: time, FTS, operators' rules, and what is found. */
export class Universe {
  readonly queue = new EventQueue(BEGIN);
  readonly cores: Cores | null;
  readonly random: () => number;
  readonly policy: Policy;
  readonly fts: FtsModel;
  readonly operations: OperationsState;
  readonly findings = new Findings();
  /** Which look was the last of each user, and how many jobs it asked for. */
  readonly #looks = new Map<string, { at: number; jobs: number }>();
  /** Batches that went to see whether a site works again, by the probe's name. */
  readonly #probes = new Map<string, string>();
  #outcomes: CopyOutcome[] = [];

  constructor({ seed, policy, fts = {}, operations = new OperationsState(), cores }: UniverseOptions) {
    this.cores = cores ? new Cores(this.queue, cores.count, cores.seconds) : null;
    this.random = seededRandom(seed);
    this.policy = { ...DEFAULT_POLICY, ...policy };
    this.fts = new FtsModel(this.queue, this.random, this.policy.ftsMaxTimeInQueue, fts);
    this.operations = operations;
  }

  get now(): number {
    return this.queue.now;
  }

  /** A look at a job. Those of a user that fall on the same step of the grid share requests, up to 100 jobs each. */
  looked(user: string): void {
    const { findings, now } = this;
    const last = this.#looks.get(user);
    findings.looks += 1;
    if (last?.at !== now) this.#looks.set(user, { at: now, jobs: 1 });
    else if (last.jobs++ % 100 !== 0) return;
    findings.ftsRequests.look += 1;
  }

  /** How copies ended, for the breakers: told every 15 s (`operations.report`). */
  saw(outcome: CopyOutcome): void {
    if (this.#outcomes.length === 0)
      this.queue.at(this.now + 15_000, () => {
        const outcomes = this.#outcomes;
        this.#outcomes = [];
        takeOutcomes(this.operations, { at: this.now, outcomes });
      });
    this.#outcomes.push(outcome);
  }

  /** Whether a batch may go and see, where a breaker's hold is over: one in each turn. */
  mayProbe(probe: string, batch: string): boolean {
    const who = this.#probes.get(probe);
    if (who === undefined) this.#probes.set(probe, batch);
    return who === undefined || who === batch;
  }
}
