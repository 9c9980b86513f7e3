import type { DatasetOrder } from '../../src/contract/internal-messages.ts';
import type { PublisherAnswer } from '../../src/domain/publication/publisher-state.ts';
import type { PublishedReport } from '../../src/domain/orders.ts';
import { PublisherActor } from '../../test/domain/model/publisher-actor.ts';
import { DELAYS } from './delays.ts';
import type { Planned } from './event-queue.ts';
import type { ModelTaskWorld } from './task-world.ts';
import type { Universe } from './universe.ts';
import { WorkflowMeter } from './workflow-meter.ts';

/** What a publisher says: of files that are in DBS to their task and batches together, of others to their batches. */
export interface PublisherTies {
  published(report: PublishedReport): void;
  answer(answer: PublisherAnswer): void;
}

/** A publishDataset in virtual time. */
export class PublisherRun {
  readonly actor: PublisherActor;
  readonly #universe: Universe;
  readonly #meter: WorkflowMeter;
  readonly #ties: PublisherTies;
  #isPublishing = false;
  #hasPublished = false;
  #wake: Planned | null = null;

  constructor(universe: Universe, world: ModelTaskWorld, ties: PublisherTies) {
    this.#universe = universe;
    this.#ties = ties;
    this.actor = new PublisherActor(universe.policy, world);
    this.#meter = new WorkflowMeter(universe, universe.findings.temporal.publishDataset, () => this.#work());
  }

  /** A signal, which starts it where it does not run. */
  accept(order: DatasetOrder): void {
    const wasRunning = this.actor.running;
    this.actor.accept(order);
    if (!this.actor.running) return;
    if (!wasRunning) {
      this.#universe.findings.began('publishDataset');
      this.#meter.started(false);
    }
    this.#meter.signalled();
  }

  #work(): void {
    for (;;) {
      const step = this.actor.steps().find(({ what }) => what !== 'published' || this.#hasPublished);
      if (!step) break;
      step.run();
      if (step.what === 'publish') this.#publish();
      if (step.what === 'published') this.#hasPublished = false;
      this.#send(this.actor.answers.splice(0));
      if (step.what !== 'end') continue;
      this.#universe.findings.ended('publishDataset');
      this.#meter.ended(1);
    }
    this.#plan();
  }

  /** Files are measured, then their block goes into DBS: an activity each. */
  #publish(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    const { queue } = this.#universe;
    queue.at(queue.now + DELAYS.publish / 10, () => this.#meter.activityDone());
    queue.at(queue.now + DELAYS.publish, () => {
      this.#isPublishing = false;
      this.#hasPublished = true;
      this.#meter.activityDone();
    });
  }

  /** As `answer` of the workflow: an activity for all that is in DBS, signals for the rest. */
  #send(answers: PublisherAnswer[]): void {
    const { queue } = this.#universe;
    const isDone = ({ state }: PublisherAnswer): boolean => state === 'DONE';
    const batches = answers.filter(isDone).map(({ batch, keys }) => ({ batch, keys }));
    if (batches.length > 0)
      queue.at(queue.now + DELAYS.handOver, () => {
        this.#ties.published({ batches, at: queue.now });
        this.#meter.activityDone();
      });
    for (const answer of answers.filter((one) => !isDone(one)))
      queue.at(queue.now + DELAYS.signal, () => {
        this.#ties.answer(answer);
        this.#meter.hasSignalled();
      });
  }

  #plan(): void {
    const next = this.actor.wakeAt();
    const { queue } = this.#universe;
    if (next === this.#wake?.at || next <= queue.now) return;
    this.#wake?.cancel();
    this.#wake = next === Infinity ? null : queue.at(next, () => ((this.#wake = null), this.#meter.timerFired()));
  }
}
