import { takeReport } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport, applyPublished, ordersLost } from '../../src/domain/ledger/reports.ts';
import type { JobReport } from '../../src/domain/file.ts';
import type { BatchReport, PublishedReport } from '../../src/domain/orders.ts';
import type { BatchInput } from '../../test/domain/model/batch-actor.ts';
import { TaskActor } from '../../test/domain/model/task-actor.ts';
import type { Way } from '../support/work.ts';
import { BatchRun } from './batch-run.ts';
import { HALF } from './cores.ts';
import { DELAYS } from './delays.ts';
import type { Planned } from './event-queue.ts';
import { TaskPublishers } from './task-publishers.ts';
import { ModelTaskWorld } from './task-world.ts';
import type { Universe } from './universe.ts';
import { WorkflowMeter } from './workflow-meter.ts';

/** A stageOut with its batches and publishers in virtual time. */
export class TaskRun {
  readonly actor: TaskActor;
  readonly #universe: Universe;
  readonly #user: string;
  /** Epoch milliseconds. */
  readonly #began: number;
  readonly #world: ModelTaskWorld;
  readonly #meter: WorkflowMeter;
  readonly #batches = new Map<number, BatchRun>();
  readonly #publishers: TaskPublishers;
  #destinations = 0;
  #timer: Planned | null = null;

  /** Begins with its first report. */
  constructor(universe: Universe, task: string, user: string) {
    this.#universe = universe;
    this.#user = user;
    this.#began = universe.now;
    this.#world = new ModelTaskWorld(universe, task, user);
    this.#publishers = new TaskPublishers(universe, this.#world, {
      published: (report) => this.#published(report),
      answer: ({ batch, ...answer }) => this.#batches.get(batch)?.accept([{ kind: 'published', ...answer }]),
    });
    this.actor = new TaskActor({
      ...{ world: this.#world, task, policy: universe.policy },
      startBatch: (input) => this.#startBatch(input),
      outcomes: () => undefined,
      flush: (dataset, expect) => this.#tellPublisher(dataset, { kind: 'flush', expect }),
      finishPublishers: (datasets) => datasets.forEach((dataset) => this.#tellPublisher(dataset, { kind: 'finish' })),
    });
    this.#meter = new WorkflowMeter(universe, universe.findings.temporal.stageOut, () => this.#work());
    universe.findings.began('stageOut');
    this.#meter.started(false);
    // It reads the books of an earlier run of the task, if there was one.
    this.#meter.activityDone();
  }

  /** A message with job outputs. */
  report(jobs: readonly JobReport[], way: Way): void {
    const { findings, now, cores } = this.#universe;
    for (const job of jobs) {
      findings.files += job.files.length;
      cores?.use({ files: HALF * job.files.length });
      takeReport(this.actor.state, job, now);
    }
    findings.jobOutputs += jobs.length;
    if (way === 'bulk') this.#meter.updated();
    else this.#meter.signalled();
  }

  /** No more outputs come. */
  close(): void {
    this.actor.state.close();
    this.#meter.signalled();
  }

  #work(): void {
    const { actor } = this;
    if (actor.ended && actor.transit.length === 0) return;
    const destinations = new Set(actor.state.ledger.links.map(({ destination }) => destination)).size;
    for (; this.#destinations < destinations; this.#destinations += 1) this.#meter.activityDone();
    actor.loop();
    this.#deliver();
    if (actor.ended) {
      this.#timer?.cancel();
      const { findings, now } = this.#universe;
      findings.ended('stageOut');
      findings.tasks.push({ user: this.#user, seconds: (now - this.#began) / 1000 });
      this.#meter.ended(1);
      return;
    }
    const due = actor.state.window.nextDue(actor.state.policy);
    if (due === null || (this.#timer && this.#timer.at <= due)) return;
    this.#timer?.cancel();
    this.#timer = this.#universe.queue.at(due, () => {
      this.#timer = null;
      this.#meter.timerFired();
    });
  }

  /** Orders reach their batches; the loop waits until all have. */
  #deliver(): void {
    const { actor } = this;
    const { queue } = this.#universe;
    const orders = actor.transit;
    if (orders.length === 0) return;
    queue.at(queue.now + DELAYS.signal, () => {
      actor.transit = [];
      for (const [number, list] of orders) {
        const batch = this.#batches.get(number);
        if (batch) batch.accept(list);
        else if (!actor.ended) ordersLost(actor.state, number, list, queue.now);
        this.#meter.hasSignalled();
      }
    });
  }

  #startBatch(input: BatchInput): void {
    const batch = new BatchRun(this.#universe, input, {
      world: this.#world,
      handOver: (files, number) => this.#publishers.handOver(files, number),
      report: (report) => this.#apply(report),
      ended: (number) => this.#batchEnded(number),
    });
    this.#batches.set(input.batch, batch);
    this.#meter.childMoved(2);
  }

  #apply(report: BatchReport): void {
    if (this.actor.ended) return;
    applyBatchReport(this.actor.state, report, this.#universe.now);
    this.#meter.signalled();
  }

  /** Told by an activity of the publisher: the task first, then its batches. */
  #published(report: PublishedReport): void {
    const taskTold = !this.actor.ended;
    if (taskTold) {
      applyPublished(this.actor.state, report, this.#universe.now);
      this.#meter.signalled();
    }
    for (const { batch, keys } of report.batches)
      this.#batches
        .get(batch)
        ?.accept([{ kind: 'published', keys, state: 'DONE', reason: null, ...(taskTold && { taskTold }) }]);
  }

  #batchEnded(number: number): void {
    const batch = this.#batches.get(number);
    const { findings, now } = this.#universe;
    for (const file of batch?.actor.state.files.values() ?? []) {
      if (file.transfer === 'DONE') {
        findings.done += 1;
        const { reportedAt = now, submittedAt, finalAt } = file;
        findings.stays.push({ user: this.#user, reportedAt, submittedAt: submittedAt ?? now, doneAt: finalAt ?? now });
      } else if (file.transfer === 'KILLED') findings.killed += 1;
      else {
        const name = file.attempts.at(-1)?.class ?? 'none';
        findings.failed.set(name, (findings.failed.get(name) ?? 0) + 1);
      }
      if (file.publication !== 'DONE') continue;
      findings.published += 1;
      findings.reportedToPublished.push((now - (file.reportedAt ?? now)) / 1000);
    }
    this.#batches.delete(number);
    if (!this.actor.ended) this.#meter.childMoved(1);
  }

  #tellPublisher(dataset: string, order: Parameters<TaskPublishers['tell']>[1]): void {
    if (!this.#publishers.tell(dataset, order)) return;
    if (order.kind === 'flush') this.#meter.activityDone();
    else this.#meter.hasSignalled();
  }
}
