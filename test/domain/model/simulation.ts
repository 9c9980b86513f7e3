import { strict as assert } from 'node:assert';
import { applyBatchReport, applyPublished, ordersLost } from '../../../src/domain/ledger/reports.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/policy.ts';
import type { PublisherAnswer } from '../../../src/domain/publication/publisher-state.ts';
import { BatchActor } from './batch-actor.ts';
import type { Step } from './batch-world.ts';
import { Dice } from './dice.ts';
import { History } from './history.ts';
import { checkAlways, checkAtEnd } from './invariants.ts';
import { PublisherActor } from './publisher-actor.ts';
import { TASK } from './reports.ts';
import { TaskActor } from './task-actor.ts';
import { Users } from './users.ts';
import { Waiters } from './waiters.ts';
import { World } from './world.ts';

export interface SimulationOptions {
  jobs: number;
  maxActiveFtsJobs: number;
  /** Probability that a step is somebody's request. */
  bustle: number;
  /** Probability that everybody does something instead of one. */
  haste: number;
  /** Nobody asks for anything but new runs of jobs and kills. */
  killing?: boolean;
}

const MODEL_POLICY: Policy = {
  ...DEFAULT_POLICY,
  maxFilesPerFtsJob: 2,
  maxActiveFtsJobs: 2,
  maxFilesPerBlock: 2,
  maxLumisPerBlock: 100,
};

/** Seconds that may pass in one step. */
const PAUSES = [1, 30, 61, 400, 3600, 20_000];

/** A task, its batches and publishers, FTS, storage and DBS, driven step by step in any order. */
export class Simulation {
  readonly dice: Dice;
  readonly world: World;
  readonly policy: Policy;
  readonly task: TaskActor;
  readonly batches: BatchActor[] = [];
  readonly users: Users;
  readonly waiters = new Waiters();
  readonly history = new History();
  readonly #bustle: number;
  readonly #haste: number;
  readonly #killing: boolean;
  readonly #publishers = new Map<string, PublisherActor>();
  /** Answers of publishers that the task has. */
  readonly #taskTold = new WeakSet<PublisherAnswer>();
  /** Files on their way to a publisher. */
  readonly #handOvers = new Set<Step>();

  constructor({ jobs, bustle, haste, killing = false, ...limits }: SimulationOptions) {
    const policy = { ...MODEL_POLICY, ...limits };
    this.policy = policy;
    this.#bustle = bustle;
    this.#haste = haste;
    this.#killing = killing;
    this.dice = new Dice(1);
    this.world = new World(this.dice, policy.cancelGrace * 1000);
    const { world, waiters } = this;
    this.task = new TaskActor({
      world,
      task: TASK,
      policy,
      startBatch: (input) => void this.batches.push(new BatchActor(input, this.#batchNeighbours())),
      outcomes: (told) => told.forEach(({ jobId, retry, key, transfer }) => waiters.tell(jobId, retry, key, transfer)),
      flush: (dataset, expect) => this.#publisher(dataset).accept({ kind: 'flush', expect }),
      finishPublishers: (datasets) =>
        datasets.forEach((dataset) => this.#publisher(dataset).accept({ kind: 'finish' })),
    });
    this.users = new Users(this, jobs);
  }

  /** Jobs are reported and copied in the ordinary way, until at least one copy runs. */
  untilCopying(): void {
    this.dice.benign = true;
    for (let job = 0; job < this.users.jobs; job++) this.users.report(job);
    this.world.pass(this.policy.batchWindow * 1000);
    for (let round = 0; round < 60 && !this.world.rows.some(({ state }) => state === 'ACTIVE'); round++)
      this.#everybody();
    this.dice.benign = false;
  }

  /** Does one of the things that could happen now. */
  step(seed: number): void {
    this.dice.reseed(seed);
    const { users, dice } = this;
    const kills: (() => void)[] = [() => users.report(), () => users.cancel()];
    const rare: (() => void)[] = [
      ...kills,
      () => users.report(),
      () => users.repeat(),
      () => users.publish(),
      () => users.retry(),
      () => users.close(),
      () => void (this.task.state.paused = !this.task.state.paused),
      () => this.task.continueAsNew(),
    ];
    if (dice.chance(this.#bustle)) dice.pick(this.#killing ? kills : rare)();
    else if (dice.chance(0.15)) this.world.pass(dice.pick(PAUSES) * 1000);
    else if (dice.chance(this.#haste)) this.#everybody();
    else dice.pick(this.#steps()).run();
    this.#check();
  }

  /** Each does something: a task gets on faster than by single steps of one or the other. */
  #everybody(): void {
    for (const steps of this.#stepsByActor()) {
      const now = steps();
      if (now.length > 0) this.dice.pick(now).run();
      this.#check();
    }
  }

  /** Everything goes on to its end, nothing fails any more. */
  drain(): void {
    this.dice.benign = true;
    this.task.state.paused = false;
    this.#settle();
    this.task.reopen();
    this.task.state.close();
    this.#settle();
    checkAtEnd(this);
  }

  #settle(): void {
    let before = '';
    let quiet = 0;
    for (let round = 0; round < 5000; round++) {
      // Everybody does one thing a round, each thing in its turn.
      for (const steps of this.#stepsByActor()) {
        const now = steps();
        now[round % now.length]?.run();
      }
      this.#check();
      const after = this.#fingerprint();
      quiet = after === before ? quiet + 1 : 0;
      before = after;
      if (quiet < 8) continue;
      quiet = 0;
      const times = [
        this.task.state.window.nextDue(this.policy) ?? Infinity,
        ...this.batches.flatMap((batch) => batch.wakeAt()),
        ...[...this.#publishers.values()].map((publisher) => publisher.wakeAt()),
        ...this.world.rows.flatMap(({ ghost }) => ghost?.until ?? []),
      ];
      const next = Math.min(...times.filter((at) => at > this.world.now));
      if (next === Infinity) return;
      this.world.pass(next - this.world.now);
    }
    assert.fail('it never comes to rest');
  }

  #steps = (): Step[] => this.#stepsByActor().flatMap((steps) => steps());

  /** What each could do now. */
  #stepsByActor(): (() => Step[])[] {
    return [
      () => [other(() => void this.world.progress())],
      () => [other(() => this.task.loop())],
      () => (this.task.transit.length > 0 ? [other(() => this.#deliverOrders())] : []),
      () => [...this.#handOvers],
      ...this.batches.flatMap((batch) => [
        () => (batch.report ? [other(() => this.#deliverReport(batch))] : []),
        () => batch.steps(),
      ]),
      ...[...this.#publishers.values()].flatMap((publisher) => [
        () => (publisher.answers.length > 0 ? [other(() => this.#deliverAnswer(publisher))] : []),
        () => publisher.steps(),
      ]),
    ];
  }

  #deliverOrders(): void {
    const [next] = this.task.transit.splice(this.dice.int(this.task.transit.length), 1);
    if (!next) return;
    const [number, orders] = next;
    const batch = this.#batch(number);
    if (batch.ended) {
      if (!this.task.ended) ordersLost(this.task.state, number, orders, this.world.now);
      return;
    }
    batch.accept(orders);
    if (this.dice.chance(0.1)) batch.accept(orders);
  }

  #deliverReport(batch: BatchActor): void {
    if (!batch.report) return;
    const times = this.task.ended ? 0 : this.dice.chance(0.1) ? 2 : 1;
    for (let i = 0; i < times; i++) applyBatchReport(this.task.state, structuredClone(batch.report), this.world.now);
    batch.reported();
  }

  /** What is published the task is told before the batch. */
  #deliverAnswer(publisher: PublisherActor): void {
    const [answer] = publisher.answers;
    if (!answer) return;
    const { batch: number, keys, state, reason } = answer;
    const batch = this.#batch(number);
    assert(!batch.ended, `batch ${number} ends before its publisher answers`);
    if (state === 'DONE' && !this.#taskTold.has(answer) && !this.task.ended) {
      this.#taskTold.add(answer);
      const times = this.dice.chance(0.1) ? 2 : 1;
      const report = { batches: [{ batch: number, keys }], at: this.world.now };
      for (let i = 0; i < times; i++) applyPublished(this.task.state, report, this.world.now);
      return;
    }
    publisher.answers.shift();
    const taskTold = this.#taskTold.has(answer);
    batch.accept([{ kind: 'published', keys, state, reason, taskTold }]);
    if (this.dice.chance(0.1)) batch.accept([{ kind: 'published', keys, state, reason, taskTold }]);
  }

  #batchNeighbours(): ConstructorParameters<typeof BatchActor>[1] {
    return {
      world: this.world,
      outcomes: (files) =>
        files.forEach(({ jobId, retry, key, transfer }) => this.waiters.tell(jobId, retry, key, transfer)),
      handOver: (files, batch) => {
        for (const { key, record } of files) {
          const { destinationLfn: lfn, size, adler32, destination: site, dataset } = record;
          const step = other(() => {
            this.#handOvers.delete(step);
            const order = { kind: 'add' as const, files: [{ key, batch, lfn, size, adler32, site }] };
            this.#publisher(dataset ?? '').accept(order);
            if (this.dice.chance(0.1)) this.#publisher(dataset ?? '').accept(order);
          });
          this.#handOvers.add(step);
        }
      },
    };
  }

  #publisher(dataset: string): PublisherActor {
    let publisher = this.#publishers.get(dataset);
    if (!publisher) this.#publishers.set(dataset, (publisher = new PublisherActor(this.policy, this.world)));
    return publisher;
  }

  #batch(number: number): BatchActor {
    const batch = this.batches.find(({ input }) => input.batch === number);
    assert(batch, `batch ${number} was never started`);
    return batch;
  }

  #check(): void {
    for (const batch of this.batches) batch.tryEnd();
    checkAlways(this);
  }

  #fingerprint(): string {
    return JSON.stringify([
      this.world.rows.map(({ state, ghost }) => [state, ghost]),
      [...this.task.state.ledger.entries()].map(({ batch, transfer, publication }) => [batch, transfer, publication]),
      this.task.transit.length,
      this.task.ended,
      this.batches.map((batch) => batch.ended || batch.fingerprint),
      [...this.#publishers.values()].map(({ running, answers, state }) => [running, answers.length, state.queue]),
      this.#handOvers.size,
    ]);
  }
}

const other = (run: () => void): Step => ({ what: 'other', run });
