import type { BatchReport } from '../orders.ts';
import type { Policy } from '../policy.ts';
import type { Volume } from './volume.ts';

/** A batch that has not ended. */
interface OpenBatch {
  /** Index of its link in the ledger. */
  link: number;
  slot: Slot;
  /** Copies of files that are final may still run in FTS. */
  lingers?: boolean;
  /** It ends when the task has heard that its files are published. */
  endsPublished?: boolean;
  /** Bytes of its files as it told them last; absent where it began before they were counted. */
  bytes?: Volume;
}

/** `again`: asks for a turn while it has one: either it has not heard of it yet, or it needs the next one at once. */
type Slot = BatchReport['slot'] | 'again';

/** The open batches of a task, and whose turn it is to use FTS. */
export class BatchTable {
  #next = 1;
  #open = new Map<number, OpenBatch>();
  #active = 0;

  get started(): number {
    return this.#next - 1;
  }
  get open(): number {
    return this.#open.size;
  }
  get active(): number {
    return this.#active;
  }
  /** Copies that nobody waits for any more may still run in FTS. */
  get lingering(): boolean {
    return [...this.#open.values()].some(({ lingers }) => lingers === true);
  }
  get waiting(): number {
    let waiting = 0;
    for (const { slot } of this.#open.values()) if (slot === 'wanted') waiting += 1;
    return waiting;
  }

  /** Numbers a new batch; it wants a turn. */
  begin(link: number, bytes?: Volume): number {
    const number = this.#next++;
    this.#open.set(number, { link, slot: 'wanted', ...(bytes && { bytes }) });
    return number;
  }

  /** Lets a new batch through at once where there is a free turn and nobody waits for it. */
  admitNew(batch: number, policy: Pick<Policy, 'maxActiveFtsJobs'>): boolean {
    if (this.#active >= policy.maxActiveFtsJobs || this.waiting > 1) return false;
    this.setSlot(batch, 'active');
    return true;
  }

  /** A batch that had ended goes on: it was reset. */
  reopen(batch: number, link: number): void {
    if (!this.#open.has(batch)) this.#open.set(batch, { link, slot: 'idle' });
  }

  isOpen(batch: number): boolean {
    return this.#open.has(batch);
  }

  /** The publisher's word about its files is all that it waits for. */
  endsPublished(batch: number): boolean {
    return this.#open.get(batch)?.endsPublished === true;
  }

  setEndsPublished(batch: number, endsPublished: boolean): void {
    const open = this.#open.get(batch);
    if (open && endsPublished) open.endsPublished = true;
    else delete open?.endsPublished;
  }

  linkOf(batch: number): number | undefined {
    return this.#open.get(batch)?.link;
  }

  bytesOf(batch: number): Volume | undefined {
    return this.#open.get(batch)?.bytes;
  }

  list(): Iterable<Readonly<OpenBatch>> {
    return this.#open.values();
  }

  numbers(): number[] {
    return [...this.#open.keys()];
  }

  /** Enters what a batch says of its turn, of copies that it does not wait for any more, and of its bytes where they have changed. */
  reported(batch: number, slot: BatchReport['slot'], lingering = false, bytes?: Volume): void {
    const open = this.#open.get(batch);
    if (!open) return;
    if (bytes) open.bytes = bytes;
    if (lingering || open.lingers) open.lingers = lingering;
    this.setSlot(batch, slot === 'wanted' && usesTurn(open) ? 'again' : slot);
  }

  setSlot(batch: number, slot: Slot): void {
    const open = this.#open.get(batch);
    if (!open) return;
    const had = usesTurn(open);
    open.slot = slot;
    this.#active += Number(usesTurn(open)) - Number(had);
  }

  end(batch: number): void {
    this.setSlot(batch, 'idle');
    this.#open.delete(batch);
  }

  /**
   * Lets batches through while the task has turns left: the oldest batch of the link that uses the fewest turns, so that one
   * dead site does not take them all. Links that are not ready are passed over. A batch that asks in its own turn keeps it.
   */
  admit(policy: Pick<Policy, 'maxActiveFtsJobs'>, isReady: (link: number) => boolean = () => true): number[] {
    const admitted: number[] = [];
    const activeOf = new Map<number, number>();
    const waitingOf = new Map<number, number[]>();
    for (const [number, { link, slot }] of this.#open) {
      if (slot === 'active' || slot === 'again') activeOf.set(link, (activeOf.get(link) ?? 0) + 1);
      if (slot === 'again') admitted.push(number);
      if (slot === 'wanted' && isReady(link)) append(waitingOf, link, number);
    }
    for (const number of admitted) this.setSlot(number, 'active');
    while (this.#active < policy.maxActiveFtsJobs && waitingOf.size > 0) {
      const link = [...waitingOf.keys()].reduce((a, b) => ((activeOf.get(b) ?? 0) < (activeOf.get(a) ?? 0) ? b : a));
      const queue = waitingOf.get(link) ?? [];
      const number = queue.shift();
      if (queue.length === 0) waitingOf.delete(link);
      if (number === undefined) continue;
      this.setSlot(number, 'active');
      activeOf.set(link, (activeOf.get(link) ?? 0) + 1);
      admitted.push(number);
    }
    return admitted;
  }

  toJSON(): { next: number; open: [number, OpenBatch][] } {
    return { next: this.#next, open: [...this.#open] };
  }

  static fromJSON({ next, open }: { next: number; open: [number, OpenBatch][] }): BatchTable {
    const table = new BatchTable();
    table.#next = next;
    table.#open = new Map(open);
    table.#active = open.filter(([, batch]) => usesTurn(batch)).length;
    return table;
  }
}

const usesTurn = ({ slot }: OpenBatch): boolean => slot === 'active' || slot === 'again';

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
