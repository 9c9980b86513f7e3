import type { Note } from './rules.ts';

/** Something that was done, or happened by itself. */
export interface JournalEntry extends Note {
  what: string;
}

/** So many of the latest are kept. What was done before is in the history of the workflow as long as Temporal keeps it. */
export const JOURNAL_LENGTH = 300;

/** Who did what, when and why, the oldest first, bounded. */
export class Journal {
  readonly entries: JournalEntry[];

  constructor(entries: JournalEntry[] = []) {
    this.entries = entries;
  }

  add(entry: JournalEntry): void {
    this.entries.push(entry);
    if (this.entries.length > JOURNAL_LENGTH) this.entries.shift();
  }
}
