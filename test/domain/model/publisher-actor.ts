import { strict as assert } from 'node:assert';
import {
  PublisherState,
  type PublisherAnswer,
  type SavedPublisher,
} from '../../../src/domain/publication/publisher-state.ts';
import type { DatasetOrder } from '../../../src/contract/internal-messages.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Measure, QueuedFile } from '../../../src/domain/publication/publisher-state.ts';
import type { PublicationState } from '../../../src/domain/states.ts';
import type { Step } from './batch-world.ts';

/** What became of a block: files that are settled, and those that CRAB turned out to lack metadata of. */
export interface BlockResult {
  settled: { key: string; state: PublicationState; reason: string | null }[];
  missing: QueuedFile[];
}

/** CRAB, DBS and time, as a publisher meets them. */
export interface PublisherWorld {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Runs are continued as new now and then. */
  readonly continues: boolean;
  /** Null where CRAB has no metadata of the file yet. */
  measure(file: QueuedFile): Measure | null;
  publishBlock(block: QueuedFile[]): BlockResult;
}

/** publishDataset without Temporal. */
export class PublisherActor {
  state: PublisherState;
  running = false;
  /** Answers on their way to the batches. */
  readonly answers: PublisherAnswer[] = [];
  readonly #policy: Policy;
  readonly #world: PublisherWorld;
  /** Blocks on their way into DBS. */
  readonly #sent = new Set<QueuedFile[]>();

  constructor(policy: Policy, world: PublisherWorld) {
    this.#policy = policy;
    this.#world = world;
    this.state = new PublisherState(policy);
  }

  /** Signal with start. */
  accept(order: DatasetOrder): void {
    if (!this.running) {
      if (order.kind === 'finish') return;
      this.state = new PublisherState(this.#policy);
      this.running = true;
    }
    if (order.kind === 'add') this.state.add(structuredClone(order.files), this.#world.now);
    else if (order.kind === 'flush') this.state.expect = order.expect;
    else if (order.kind === 'now') this.state.hurry(order.files);
    else this.state.finished = true;
  }

  steps(): Step[] {
    if (!this.running) return [];
    const { state } = this;
    const steps = [...this.#sent].map((block): Step => ({ what: 'published', run: () => this.#land(block) }));
    if ((state.nextDue(this.#world.now) ?? Infinity) <= this.#world.now)
      steps.push({ what: 'publish', run: () => this.#publish() });
    if (steps.length > 0) return steps;
    if (this.answers.length > 0) return [];
    if (state.finished && state.queue.length === 0) return [{ what: 'end', run: () => void (this.running = false) }];
    return this.#world.continues ? [{ what: 'continue-as-new', run: () => this.#continueAsNew() }] : [];
  }

  wakeAt(): number {
    return this.running ? (this.state.nextDue(this.#world.now) ?? Infinity) : Infinity;
  }

  #land(block: QueuedFile[]): void {
    const { state } = this;
    this.#sent.delete(block);
    const { settled, missing } = this.#world.publishBlock(block);
    state.tried(block.length, settled.length + missing.length);
    this.answers.push(...state.missing(missing, this.#world.now), ...state.settle(settled), ...state.landed(block));
  }

  #publish(): void {
    const { state } = this;
    const { now } = this.#world;
    const candidates = state.candidates(now);
    assert(candidates.length > 0, 'a block is due without files');
    const unmeasured = candidates.filter(({ measure }) => !measure);
    for (const file of unmeasured) file.measure = this.#world.measure(file);
    this.answers.push(
      ...state.missing(
        unmeasured.filter(({ measure }) => !measure),
        now,
      ),
    );
    const block = state.cut(candidates);
    if (block.length === 0) return;
    assert(block.length <= this.#policy.maxFilesPerBlock, `a block of ${block.length} files`);
    state.send(block);
    this.#sent.add(block);
  }

  #continueAsNew(): void {
    this.state = new PublisherState(
      this.#policy,
      ...(JSON.parse(JSON.stringify(this.state.snapshot())) as SavedPublisher),
    );
  }
}
