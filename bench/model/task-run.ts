import { takeReport } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport, ordersLost } from '../../src/domain/ledger/reports.ts';
import type { JobReport } from '../../src/domain/file.ts';
import type { BatchReport } from '../../src/domain/orders.ts';
import type { BatchInput, BatchNeighbours } from '../../test/domain/model/batch-actor.ts';
import { TaskActor } from '../../test/domain/model/task-actor.ts';
import { BatchRun } from './batch-run.ts';
import { DELAYS } from './delays.ts';
import type { Planned } from './event-queue.ts';
import { PublisherRun } from './publisher-run.ts';
import { ModelTaskWorld } from './task-world.ts';
import type { Universe } from './universe.ts';
import { WorkflowMeter } from './workflow-meter.ts';

/** A stageOut with its batches and publishers in virtual time. */
export class TaskRun {
  readonly actor: TaskActor;
  readonly #universe: Universe;
  readonly #world: ModelTaskWorld;
  readonly #meter: WorkflowMeter;
  readonly #batches = new Map<number, BatchRun>();
  readonly #publishers = new Map<string, PublisherRun>();
  #destinations = 0;
  #timer: Planned | null = null;

  /** Begins with its first report. */
  constructor(universe: Universe, task: string, user: string) {
    this.#universe = universe;
    this.#world = new ModelTaskWorld(universe, task, user);
    this.actor = new TaskActor({
      ...{ world: this.#world, task, policy: universe.policy },
      startBatch: (input) => this.#startBatch(input),
      outcomes: () => undefined,
      flush: (dataset, expect) => this.#tellPublisher(dataset, { kind: 'flush', expect }),
      finishPublishers: (datasets) => datasets.forEach((dataset) => this.#tellPublisher(dataset, { kind: 'finish' })),
    });
    this.#meter = new WorkflowMeter(universe.queue, universe.findings.temporal.stageOut, () => this.#work());
    universe.findings.began('stageOut');
    this.#meter.started(false);
    // It reads the books of an earlier run of the task, if there was one.
    this.#meter.activityDone();
  }

  report(report: JobReport): void {
    const { findings, now } = this.#universe;
    findings.files += report.files.length;
    findings.jobOutputs += 1;
    takeReport(this.actor.state, report, now);
    this.#meter.signalled();
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
      this.#universe.findings.ended('stageOut');
      this.#meter.noted(1);
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
      handOver: (files, number) => this.#handOver(files, number),
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

  #batchEnded(number: number): void {
    const batch = this.#batches.get(number);
    const { findings, now } = this.#universe;
    for (const file of batch?.actor.state.files.values() ?? []) {
      if (file.transfer === 'DONE') {
        findings.done += 1;
        findings.stays.push([file.reportedAt ?? now, file.finalAt ?? now]);
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

  #handOver(files: Parameters<BatchNeighbours['handOver']>[0], batch: number): void {
    const byDataset = Map.groupBy(files, ({ record }) => record.dataset ?? '');
    for (const [dataset, some] of byDataset) {
      const handed = some.map(({ key, record: { destinationLfn: lfn, size, adler32, destination: site } }) => ({
        ...{ key, batch, lfn, size, adler32, site },
      }));
      this.#publisher(dataset).accept({ kind: 'add', files: handed });
    }
  }

  #tellPublisher(dataset: string, order: Parameters<PublisherRun['accept']>[0]): void {
    if (!this.#publishers.has(dataset)) return;
    this.#publisher(dataset).accept(order);
    if (order.kind === 'flush') this.#meter.activityDone();
    else this.#meter.hasSignalled();
  }

  #publisher(dataset: string): PublisherRun {
    let publisher = this.#publishers.get(dataset);
    if (!publisher) {
      publisher = new PublisherRun(this.#universe, this.#world, ({ batch, keys, state, reason }) =>
        this.#batches.get(batch)?.accept([{ kind: 'published', keys, state, reason }]),
      );
      this.#publishers.set(dataset, publisher);
    }
    return publisher;
  }
}
