import { BatchActor, type BatchInput, type BatchNeighbours } from '../../test/domain/model/batch-actor.ts';
import type { BatchStep, Loop, Step } from '../../test/domain/model/batch-world.ts';
import type { BatchOrder, BatchReport } from '../../src/domain/orders.ts';
import { BatchFollower } from './batch-follower.ts';
import { DELAYS } from './delays.ts';
import type { Planned } from './event-queue.ts';
import type { ModelTaskWorld } from './task-world.ts';
import type { Universe } from './universe.ts';
import { WorkflowMeter } from './workflow-meter.ts';

/** How a batch reaches its task. */
export interface BatchTies {
  world: ModelTaskWorld;
  handOver: BatchNeighbours['handOver'];
  report(report: BatchReport): void;
  ended(batch: number): void;
}

/** Steps that are an activity: the loop that waits for it, and how long it takes. */
const ACTIVITIES: Partial<Record<BatchStep, [Loop, number]>> = {
  submit: ['attempts', DELAYS.submit],
  cancel: ['attempts', DELAYS.cancel],
  look: ['looks', DELAYS.settle],
  'remove-arrived': ['arrivals', DELAYS.settle],
  'stop-shadow': ['shadows', DELAYS.cancel],
  'hand-over': ['handOver', DELAYS.handOver],
};

/** A transferBatch in virtual time: what its actor could do, it does when Temporal, FTS and storage would let it. */
export class BatchRun {
  readonly actor: BatchActor;
  readonly meter: WorkflowMeter;
  readonly #universe: Universe;
  readonly #ties: BatchTies;
  /** Epoch milliseconds. */
  readonly #begunAt: number;
  /** Activities that have ended, until the workflow hears of it. */
  readonly #over = new Set<Loop>();
  readonly #follower: BatchFollower;
  #wake: Planned | null = null;
  #jobs = new Set<string>();

  constructor(universe: Universe, input: BatchInput, ties: BatchTies) {
    this.#universe = universe;
    this.#ties = ties;
    this.#begunAt = universe.now;
    const near = { world: ties.world, outcomes: () => undefined, handOver: ties.handOver };
    this.actor = new BatchActor(input, near);
    this.meter = new WorkflowMeter(universe, universe.findings.temporal.transferBatch, () => this.#work());
    const { actor, meter } = this;
    this.#follower = new BatchFollower(universe, { actor, meter, world: ties.world, over: () => this.#followed() });
    universe.findings.began('transferBatch');
    this.meter.started(true);
    // The timer of its deadline, which hardly ever fires, and its listing.
    this.meter.noted(2);
  }

  accept(orders: BatchOrder[]): void {
    this.actor.accept(orders);
    this.meter.signalled();
  }

  #work(): void {
    const { actor } = this;
    if (actor.ended) return;
    for (;;) {
      const step = actor.steps().find((one) => this.#isDue(one));
      if (!step) break;
      this.#take(step);
    }
    actor.tryEnd();
    if (actor.ended) this.#end();
    else this.#plan();
  }

  #isDue({ what }: Step): boolean {
    if (this.actor.pending.has(what as Loop)) return this.#over.has(what as Loop);
    return !['follow', 'ask-permission', 'follow-shadow'].includes(what);
  }

  #take(step: Step): void {
    const { queue } = this.#universe;
    const isAnswer = this.#over.delete(step.what as Loop);
    step.run();
    if (isAnswer) this.#noteSubmission(step);
    const [loop, delay] = ACTIVITIES[step.what as BatchStep] ?? [null, 0];
    // A publisher that runs is told by a signal.
    const isSignal = step.what === 'hand-over' && this.actor.input.publishing;
    if (loop !== null)
      queue.at(queue.now + (isSignal ? DELAYS.signal : delay), () => {
        this.#over.add(loop);
        if (isSignal) this.meter.hasSignalled();
        else this.meter.activityDone();
      });
    if (step.what === 'tell') this.#tell();
  }

  #tell(): void {
    const { report } = this.actor;
    if (!report) return;
    const { queue } = this.#universe;
    queue.at(queue.now + DELAYS.signal, () => {
      this.#ties.report(report);
      this.actor.reported();
      this.meter.hasSignalled();
    });
  }

  /** A submission's answer has come: what it was the first for has waited until now. */
  #noteSubmission({ what }: Step): void {
    const { ftsJobId, files } = this.actor.state;
    if (what !== 'attempts' || ftsJobId === null || this.#jobs.has(ftsJobId)) return;
    this.#jobs.add(ftsJobId);
    this.#follower.end();
    const { findings, now } = this.#universe;
    for (const { submittedAt, reportedAt, phase } of files.values())
      if (phase === 'sent' && submittedAt === now && reportedAt !== undefined) {
        findings.reportedToSubmitted.push((submittedAt - reportedAt) / 1000);
        findings.begunToSubmitted.push((submittedAt - this.#begunAt) / 1000);
      }
  }

  /** Plans the time at which there is something to do by itself, and how it waits for others. */
  #plan(): void {
    const { queue } = this.#universe;
    this.#follower.begin();
    const next = Math.min(...this.actor.wakeAt().filter((at) => at > queue.now));
    if (next === Infinity || (this.#wake && this.#wake.at === next)) return;
    this.#wake?.cancel();
    this.#wake = queue.at(next, () => {
      this.#wake = null;
      this.meter.timerFired();
    });
  }

  #followed(): void {
    const { actor } = this;
    // A job given up is cancelled: that is an activity of its own.
    if (actor.pending.has('attempts') && !this.#over.has('attempts')) {
      const { queue } = this.#universe;
      queue.at(queue.now + DELAYS.cancel, () => {
        this.#over.add('attempts');
        this.meter.activityDone();
      });
    }
    this.meter.activityDone();
  }

  #end(): void {
    this.#wake?.cancel();
    this.#follower.end();
    this.#ties.world.forget(this.#jobs);
    this.#universe.findings.ended('transferBatch');
    // Listed as final, and completed.
    this.meter.ended(2);
    this.#ties.ended(this.actor.input.batch);
  }
}
