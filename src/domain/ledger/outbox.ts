import type { FailureClass } from '../failure-classes.ts';
import type { BatchOrder } from '../orders.ts';
import type { PublicationState, TransferState } from '../states.ts';

/** Outcome of a file for a jobOutput workflow that no batch can tell (rejected, or its batch has ended). */
export interface DirectOutcome {
  jobId: string;
  retry: number;
  key: string;
  transfer: TransferState;
  publication: PublicationState;
  failure: FailureClass | null;
  reason: string;
}

/** What waits to be sent. */
interface OutboxContents {
  orders: [batch: number, orders: BatchOrder[]][];
  outcomes: DirectOutcome[];
  /** Files by dataset. */
  hurried: [dataset: string, files: number][];
}

type KeyedOrder = Extract<BatchOrder, { keys: string[] }>;

/** Messages that wait to be sent: orders to batches, merged per batch and kind, outcomes to waiting jobs, and word to publishers. */
export class Outbox {
  #orders = new Map<number, BatchOrder[]>();
  #outcomes: DirectOutcome[] = [];
  #hurried = new Map<string, number>();
  /** Taken out, and not known to be delivered. */
  #sent: OutboxContents = { orders: [], outcomes: [], hurried: [] };

  get empty(): boolean {
    return this.#orders.size === 0 && this.#outcomes.length === 0 && this.#hurried.size === 0;
  }

  /** Adds an order; where the last one to the same batch was equal, its keys are merged into that one: their sequence counts. */
  order(batch: number, order: BatchOrder): void {
    const waiting = this.#orders.get(batch) ?? [];
    const last = waiting.at(-1);
    if (last && canMerge(last, order)) (last as KeyedOrder).keys.push(...(order as KeyedOrder).keys);
    else waiting.push(structured(order));
    this.#orders.set(batch, waiting);
  }

  outcome(outcome: DirectOutcome): void {
    this.#outcomes.push(outcome);
  }

  /** The publisher of a dataset, with so many files in hand or on their way to it, is not to wait for full blocks. */
  hurry(dataset: string, files: number): void {
    this.#hurried.set(dataset, files);
  }

  /** Takes out what is for publishers: files by dataset. */
  takeHurried(): [dataset: string, files: number][] {
    const hurried = [...this.#hurried];
    this.#hurried.clear();
    this.#sent.hurried.push(...hurried);
    return hurried;
  }

  /** Takes out what is for at most `limit` batches and waiting jobs each; orders of one batch in the order they were given. */
  take(limit: number): { orders: [batch: number, orders: BatchOrder[]][]; outcomes: DirectOutcome[] } {
    const orders = [...this.#orders].slice(0, limit);
    for (const [batch] of orders) this.#orders.delete(batch);
    const outcomes = this.#outcomes.splice(0, limit);
    this.#sent.orders.push(...orders);
    this.#sent.outcomes.push(...outcomes);
    return { orders, outcomes };
  }

  /** All that was taken out has been delivered. */
  delivered(): void {
    this.#sent = { orders: [], outcomes: [], hurried: [] };
  }

  /** What is not known to be delivered, the oldest first. */
  toJSON(): OutboxContents {
    const { orders, outcomes, hurried } = this.#sent;
    return {
      orders: [...orders, ...this.#orders],
      outcomes: [...outcomes, ...this.#outcomes],
      hurried: [...hurried, ...this.#hurried],
    };
  }

  /** Has all of this delivered, again where it was delivered before. */
  refill({ orders, outcomes, hurried }: OutboxContents): void {
    for (const [batch, list] of orders) for (const order of list) this.order(batch, order);
    for (const outcome of outcomes) this.outcome(outcome);
    for (const [dataset, files] of hurried) this.hurry(dataset, files);
  }
}

/** A copy whose key list may grow without touching the caller's. */
const structured = (order: BatchOrder): BatchOrder =>
  'keys' in order && Array.isArray(order.keys) ? { ...order, keys: [...order.keys] } : order;

function canMerge(a: BatchOrder, b: BatchOrder): boolean {
  if (a.kind !== b.kind || !('keys' in a) || !('keys' in b) || a.keys === 'all' || b.keys === 'all') return false;
  if (a.kind === 'cancel' && b.kind === 'cancel') return a.reason === b.reason && a.by === b.by;
  if (a.kind === 'retry' && b.kind === 'retry') return a.what === b.what;
  return a.kind !== 'published';
}
