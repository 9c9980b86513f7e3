import type { TaskTotals } from '../../src/contract/messages.ts';
import type { DayAudit } from './audit.ts';
import type { DayFiles } from './day-files.ts';
import type { Reporter } from './reporter.ts';

/** Every file of the day, and whether all books agree on it. */
export interface DayAccounts {
  files: number;
  tasks: number;
  /** Tasks that have ended with every file of theirs. */
  tasksEnded: number;
  /** In the books of the tasks. */
  done: number;
  failed: number;
  killed: number;
  rejected: number;
  /** Without a final state. */
  unaccounted: number;
  toPublish: number;
  published: number;
  notPublished: number;
  /** In FTS's books, at the sites, in DBS's books. */
  finished: number;
  there: number;
  sourcesRemoved: number;
  sourcesKept: number;
  inDbs: number;
  /** What does not agree, in words; the first ones. */
  disagreements: string[];
  disagreeing: number;
}

const MOST_SHOWN = 10;

/** Holds the books of the tasks, of FTS, of DBS and of the sites against each other, task by task. */
export function closeAccounts(
  day: DayFiles,
  ends: readonly (TaskTotals | null)[],
  audit: DayAudit,
  { killed }: Pick<Reporter, 'killed'>,
): DayAccounts {
  const accounts: DayAccounts = {
    ...{ files: day.files, tasks: day.tasks.length, tasksEnded: 0 },
    ...{ done: 0, failed: 0, killed: 0, rejected: 0, unaccounted: 0, toPublish: 0, published: 0, notPublished: 0 },
    ...{ finished: sum(audit.finished), there: sum(audit.there), inDbs: sum(audit.published) },
    ...{ sourcesRemoved: day.files - sum(audit.sources), sourcesKept: sum(audit.sources) },
    ...{ disagreements: [], disagreeing: 0 },
  };
  for (const [index, task] of day.tasks.entries()) {
    const end = ends[index];
    if (!end) {
      accounts.unaccounted += task.files;
      continue;
    }
    const { DONE = 0, FAILED = 0, KILLED = 0, REJECTED = 0 } = end.transfer;
    const { DONE: published = 0, FAILED: notPublished = 0, NEW = 0, ACQUIRED = 0 } = end.publication;
    accounts.tasksEnded += 1;
    accounts.done += DONE;
    accounts.failed += FAILED;
    accounts.killed += KILLED;
    accounts.rejected += REJECTED;
    accounts.unaccounted += task.files - DONE - FAILED - KILLED - REJECTED;
    accounts.published += published;
    accounts.notPublished += notPublished;
    accounts.toPublish += published + notPublished + NEW + ACQUIRED;
    // A copy that is cancelled may end well all the same, and is removed again then.
    const finished = killed.has(index) ? Math.min(DONE, audit.finished[index]!) : audit.finished[index]!;
    const held = {
      files: [end.files, task.files],
      'DONE and finished by FTS': [DONE, finished],
      'DONE and at their destinations': [DONE, audit.there[index]!],
      'not DONE and still at their sources': [task.files - DONE, audit.sources[index]!],
      'published and in DBS': [published, audit.published[index]!],
    };
    for (const [what, [ours, theirs]] of Object.entries(held)) {
      if (ours === theirs) continue;
      accounts.disagreeing += 1;
      if (accounts.disagreements.length < MOST_SHOWN)
        accounts.disagreements.push(`${task.name}: ${what}: ${ours} and ${theirs}`);
    }
  }
  return accounts;
}

const sum = (values: Uint32Array): number => values.reduce((a, b) => a + b, 0);
