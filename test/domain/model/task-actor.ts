import { strict as assert } from 'node:assert';
import { BatchTable } from '../../../src/domain/ledger/batch-table.ts';
import { decodeLedger, encodeLedger } from '../../../src/domain/ledger/codec.ts';
import type { DirectOutcome } from '../../../src/domain/ledger/outbox.ts';
import { TaskState, type TaskSnapshot } from '../../../src/domain/ledger/task-state.ts';
import type { BatchOrder, FtsTarget } from '../../../src/domain/orders.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { isFinalPublication, isFinalTransfer } from '../../../src/domain/states.ts';
import type { BatchInput } from './batch-actor.ts';
import { TASK } from './reports.ts';
import type { World } from './world.ts';

const TARGET: FtsTarget = { server: 'https://fts', vo: 'cms', baseId: '01874efb-4735-4595-bc9c-591aef8240c9' };

/** What a task needs of the others. */
export interface TaskNeighbours {
  world: World;
  policy: Policy;
  startBatch(input: BatchInput): void;
  outcomes(outcomes: DirectOutcome[]): void;
  flush(dataset: string, expect: number): void;
  finishPublishers(datasets: string[]): void;
  beforeOrders(orders: [number, BatchOrder[]][]): void;
}

/** stageOut without Temporal. Orders wait in `transit` until the batch has accepted them; the loop waits for that. */
export class TaskActor {
  state: TaskState;
  ended = false;
  transit: [batch: number, orders: BatchOrder[]][] = [];
  readonly #near: TaskNeighbours;
  #runs = 1;
  #flushed = new Map<string, number>();

  constructor(near: TaskNeighbours) {
    this.#near = near;
    this.state = new TaskState(TASK, near.policy, near.world.now, 'run1');
  }

  /** A message for a task that has ended starts it again, with its earlier books. */
  reopen(): void {
    if (!this.ended) return;
    const earlier = this.state;
    const { now } = this.#near.world;
    const state = new TaskState(TASK, this.#near.policy, now, `run${++this.#runs}`);
    state.ledger = decodeLedger(encodeLedger(earlier.ledger));
    state.batches = BatchTable.fromJSON({ next: earlier.batches.started + 1, open: [] });
    for (const entry of [...state.ledger.entries()]) {
      if (!isFinalTransfer(entry.transfer)) state.ledger.setTransfer(entry, 'KILLED');
      if (!isFinalPublication(entry.publication)) state.ledger.setPublication(entry, 'FAILED');
      entry.awaits = 0;
    }
    this.state = state;
    this.#flushed.clear();
    this.ended = false;
  }

  /** One round of the workflow's loop. */
  loop(): void {
    if (this.ended || this.transit.length > 0) return;
    const { state } = this;
    for (const { destination } of state.ledger.links)
      if (!state.targets.has(destination) && !this.#near.world.dice.chance(0.5)) state.targets.set(destination, TARGET);
    this.#startBatches();
    this.#admit();
    this.#flush();
    if (this.#deliver()) return;
    if (state.complete) this.#end();
  }

  /** Continue-as-new: only when nothing is left to do. */
  continueAsNew(): void {
    if (this.ended || this.transit.length > 0) return;
    this.loop();
    if (this.ended || this.transit.length > 0) return;
    const [snapshot, bytes] = this.state.snapshot();
    this.state = TaskState.restore(TASK, JSON.parse(JSON.stringify(snapshot)) as TaskSnapshot, bytes);
    this.#flushed.clear();
  }

  #startBatches(): void {
    const { state } = this;
    const { ledger, batches, policy } = state;
    for (const { source, destination, files } of state.window.takeReady(this.#near.world.now, policy, { all: state.closed })) {
      const batch = batches.begin(ledger.linkIndex(source, destination));
      for (const { key } of files) {
        const entry = ledger.byKey.get(key);
        assert(entry, `${key} leaves the window and is in no book`);
        assert.equal(entry.batch, 0, `${key} leaves the window and is in batch ${entry.batch}`);
        ledger.assign(entry, batch);
      }
      const target = state.targets.get(destination);
      const admitted = target && !state.paused && batches.admitNew(batch, policy);
      if (admitted) this.#markSubmitted(batch);
      const run = state.firstRunId;
      this.#near.startBatch({ batch, run, policy, files, target: admitted ? target : null });
    }
  }

  #admit(): void {
    const { state } = this;
    if (state.paused) return;
    for (const batch of state.batches.admit(state.policy, (link) => state.targets.has(state.ledger.links[link]?.destination ?? ''))) {
      const entry = state.ledger.byBatch.get(batch)?.[0];
      const target = entry && state.targets.get(state.ledger.links[entry.link]?.destination ?? '');
      if (!target) {
        state.batches.setSlot(batch, 'wanted');
        continue;
      }
      this.#markSubmitted(batch);
      state.outbox.order(batch, { kind: 'admit', target });
    }
  }

  #markSubmitted(batch: number): void {
    const { ledger } = this.state;
    for (const entry of ledger.byBatch.get(batch) ?? [])
      if (['NEW', 'RETRY', 'HELD'].includes(entry.transfer)) ledger.setTransfer(entry, 'SUBMITTED');
  }

  #deliver(): boolean {
    if (this.state.outbox.empty) return false;
    const { orders, outcomes } = this.state.outbox.take(100);
    this.#near.beforeOrders(orders);
    this.transit = orders;
    this.#near.outcomes(outcomes);
    return true;
  }

  #flush(): void {
    const { ledger, closed } = this.state;
    if (!closed || ledger.openTransfers > 0 || ledger.openPublications === 0) return;
    const open = new Map<number, number>();
    for (const entry of ledger.entries())
      if (entry.publication === 'ACQUIRED') open.set(entry.dataset, (open.get(entry.dataset) ?? 0) + 1);
    for (const [index, expect] of open) {
      const dataset = ledger.datasets[index];
      if (!dataset || (this.#flushed.get(dataset) ?? 0) >= expect) continue;
      this.#flushed.set(dataset, expect);
      this.#near.flush(dataset, expect);
    }
  }

  #end(): void {
    for (const batch of this.state.batches.numbers()) {
      this.transit.push([batch, [{ kind: 'finish' }]]);
      this.state.batches.end(batch);
    }
    this.#near.finishPublishers(this.state.ledger.datasets);
    this.ended = true;
  }
}
