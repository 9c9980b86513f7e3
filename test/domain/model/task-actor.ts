import { BatchTable } from '../../../src/domain/ledger/batch-table.ts';
import { decodeLedger, encodeLedger } from '../../../src/domain/ledger/codec.ts';
import type { DirectOutcome } from '../../../src/domain/ledger/outbox.ts';
import { TaskState, type TaskSnapshot } from '../../../src/domain/ledger/task-state.ts';
import { admitBatches, beginBatches } from '../../../src/domain/ledger/turns.ts';
import type { BatchOrder, FtsTarget } from '../../../src/domain/orders.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { isFinalPublication, isFinalTransfer } from '../../../src/domain/states.ts';
import type { BatchInput } from './batch-actor.ts';

/** FTS and time, as a task meets them. */
export interface TaskWorld {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where to submit what goes to a site; null as long as its server does not answer. */
  targetOf(destination: string): FtsTarget | null;
}

/** What a task needs of the others. */
export interface TaskNeighbours {
  world: TaskWorld;
  /** CRAB's name of it. */
  task: string;
  policy: Policy;
  startBatch(input: BatchInput): void;
  outcomes(outcomes: DirectOutcome[]): void;
  flush(dataset: string, expect: number): void;
  finishPublishers(datasets: string[]): void;
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
    this.state = new TaskState(near.task, near.policy, near.world.now, 'run1');
  }

  /** A message for a task that has ended starts it again, with its earlier books. */
  reopen(): void {
    if (!this.ended) return;
    const earlier = this.state;
    const { now } = this.#near.world;
    const state = new TaskState(this.#near.task, this.#near.policy, now, `run${++this.#runs}`);
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
    for (const { destination } of state.ledger.links) {
      const target = state.targets.has(destination) ? null : this.#near.world.targetOf(destination);
      if (target) state.targets.set(destination, target);
    }
    this.#startBatches();
    admitBatches(this.state);
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
    this.state = TaskState.restore(this.#near.task, JSON.parse(JSON.stringify(snapshot)) as TaskSnapshot, bytes);
    this.#flushed.clear();
  }

  #startBatches(): void {
    const { policy, firstRunId: run } = this.state;
    for (const { batch, files, target, publishing } of beginBatches(this.state, this.#near.world.now))
      this.#near.startBatch({ batch, run, policy, files, target, publishing });
  }

  #deliver(): boolean {
    if (this.state.outbox.empty) return false;
    const { orders, outcomes } = this.state.outbox.take(100);
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
