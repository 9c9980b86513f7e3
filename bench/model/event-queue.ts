/** Something that is to happen; it may be called off. */
export interface Planned {
  /** Epoch milliseconds. */
  readonly at: number;
  cancel(): void;
}

class Event implements Planned {
  readonly at: number;
  readonly number: number;
  run: (() => void) | null;

  constructor(at: number, number: number, run: () => void) {
    this.at = at;
    this.number = number;
    this.run = run;
  }

  /** It stays in the queue, but lets go of all it would have needed. */
  cancel(): void {
    this.run = null;
  }
}

/** Virtual time: what is planned happens in the order of its times, and of planning where those are equal. A binary heap. */
export class EventQueue {
  /** Epoch milliseconds. */
  now: number;
  readonly #heap: Event[] = [];
  #planned = 0;

  constructor(now: number) {
    this.now = now;
  }

  /** Plans something for a time, at once where that has passed. */
  at(at: number, run: () => void): Planned {
    const event = new Event(Math.max(at, this.now), this.#planned++, run);
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** Lets everything happen that is planned until then. */
  runUntil(end: number): void {
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#removeFirst();
      this.now = next.at;
      next.run?.();
    }
    this.now = Math.max(this.now, end);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at] as Event, heap[parent] as Event)) return;
      swap(heap, at, parent);
      at = parent;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let first = at;
      if (left < heap.length && isBefore(heap[left] as Event, heap[first] as Event)) first = left;
      if (right < heap.length && isBefore(heap[right] as Event, heap[first] as Event)) first = right;
      if (first === at) return;
      swap(heap, at, first);
      at = first;
    }
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

function swap(heap: Event[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b] as Event, heap[a] as Event];
}
