import type { FileRow } from './rows.ts';

/** What starts together and holds one slot of a link: a file, or all files of a session-reuse job. */
export interface TransferUnit {
  files: readonly FileRow[];
  link: Link;
  /** False once the slot was given back. */
  holdsSlot: boolean;
}

interface Place {
  files: readonly FileRow[];
  ticket: number;
}

/** The files that wait for one (source storage, destination storage, VO), and how many of its slots are taken. */
export class Link {
  active = 0;
  readonly #byPriority = new Map<number, Fifo>();
  #priorities: number[] = [];

  push(files: readonly FileRow[]): void {
    const [first] = files;
    if (!first) return;
    // Older places of the same file, e.g. of another priority, are skipped when their turn comes.
    first.ticket += 1;
    let fifo = this.#byPriority.get(first.priority);
    if (!fifo) {
      this.#byPriority.set(first.priority, (fifo = new Fifo()));
      this.#priorities = [...this.#byPriority.keys()].sort((left, right) => right - left);
    }
    fifo.push({ files, ticket: first.ticket });
  }

  /** The next files to start, highest priority first, then first come; null where none waits. */
  next(): FileRow[] | null {
    for (const priority of this.#priorities) {
      const fifo = this.#byPriority.get(priority);
      for (let place = fifo?.shift(); place; place = fifo?.shift()) {
        if (place.files[0]?.ticket !== place.ticket) continue;
        const waiting = place.files.filter((file) => file.state === 'SUBMITTED');
        if (waiting.length > 0) return waiting;
      }
    }
    return null;
  }
}

/** All links, by their ends. */
export class LinkQueues {
  readonly #links = new Map<string, Link>();

  push(files: readonly FileRow[]): void {
    const [first] = files;
    if (!first) return;
    const key = `${first.sourceSe} ${first.destinationSe} ${first.job.vo}`;
    let link = this.#links.get(key);
    if (!link) this.#links.set(key, (link = new Link()));
    link.push(files);
  }

  links(): Iterable<Link> {
    return this.#links.values();
  }
}

/** A queue whose ends both cost O(1): an array would move tens of thousands of entries on each shift. */
class Fifo {
  #places: Place[] = [];
  #head = 0;

  push(place: Place): void {
    this.#places.push(place);
  }

  shift(): Place | undefined {
    const place = this.#places[this.#head];
    if (!place) return undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#places.length) {
      this.#places = this.#places.slice(this.#head);
      this.#head = 0;
    }
    return place;
  }
}
