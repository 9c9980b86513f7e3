import { strict as assert } from 'node:assert';
import {
  PublisherState,
  type PublisherAnswer,
  type SavedPublisher,
} from '../../../src/domain/publication/publisher-state.ts';
import type { DatasetOrder } from '../../../src/contract/internal-messages.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Step } from './batch-actor.ts';
import type { World } from './world.ts';

/** publishDataset without Temporal. */
export class PublisherActor {
  state: PublisherState;
  running = false;
  /** Answers on their way to the batches. */
  readonly answers: PublisherAnswer[] = [];
  readonly #policy: Policy;
  readonly #world: World;
  #pending: Step | null = null;

  constructor(policy: Policy, world: World) {
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
    if (this.#pending)
      return [
        () => {
          const step = this.#pending as Step;
          this.#pending = null;
          step();
        },
      ];
    const { state } = this;
    if ((state.nextDue(this.#world.now) ?? Infinity) <= this.#world.now) return [() => this.#publish()];
    if (this.answers.length > 0) return [];
    if (state.finished && state.queue.length === 0) return [() => void (this.running = false)];
    return this.#world.dice.benign ? [] : [() => this.#continueAsNew()];
  }

  wakeAt(): number {
    return this.running ? (this.state.nextDue(this.#world.now) ?? Infinity) : Infinity;
  }

  #publish(): void {
    const { state } = this;
    const { dice, now } = this.#world;
    const candidates = state.candidates(now);
    assert(candidates.length > 0, 'a block is due without files');
    const unmeasured = candidates.filter(({ measure }) => !measure);
    for (const file of unmeasured)
      file.measure = dice.chance(0.2) ? null : { lumis: 1 + dice.int(60), bytes: file.size };
    this.answers.push(
      ...state.missing(
        unmeasured.filter(({ measure }) => !measure),
        now,
      ),
    );
    const block = state.cut(candidates);
    if (block.length === 0) return;
    assert(block.length <= this.#policy.maxFilesPerBlock, `a block of ${block.length} files`);
    this.#pending = () => {
      const refused = dice.chance(0.2);
      const reason = 'DBS 310: refused';
      const settled = refused
        ? block.length > 1
          ? []
          : block.map(({ key }) => ({ key, state: 'FAILED' as const, reason }))
        : this.#world.publish(block).settled;
      const missing = refused && dice.chance(0.3) ? block.slice(0, 1) : [];
      const kept = settled.filter(({ key }) => !missing.some((file) => file.key === key));
      state.tried(block.length, kept.length + missing.length);
      this.answers.push(...state.missing(missing, this.#world.now), ...state.settle(kept));
    };
  }

  #continueAsNew(): void {
    this.state = new PublisherState(
      this.#policy,
      ...(JSON.parse(JSON.stringify(this.state.snapshot())) as SavedPublisher),
    );
  }
}
