import { isFinalTransfer, type PublicationState, type StateCounts, type TransferState } from '../states.ts';
import type { FailureClass } from '../failure-classes.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import type { LedgerLink, Link } from './ledger.ts';
import type { TaskState } from './task-state.ts';
import { linkVolumes, noVolume, type Volume } from './volume.ts';

/** Jobs that keep a task, or the publication of their files, from being complete: how many, their files, and the first few. */
export interface IncompleteJobs {
  jobs: number;
  files: number;
  examples: { jobId: string; retry: number; files: number }[];
}

/** Jobs told by name. */
const EXAMPLES = 10;

/** Files of a task between two sites. */
export interface LinkCounts extends LedgerLink {
  files: number;
  bytes: Volume;
  transfer: StateCounts<TransferState>;
  /** Files that FAILED, or wait for another attempt, by class. */
  failures: Partial<Record<FailureClass, number>>;
}

export interface HeldFiles extends Link {
  reason: string;
  files: number;
}

/** Counts over a task's files; the shape of query `status`, less what only the workflow knows. */
export interface TaskCounts {
  /** When the task was opened, and when something last happened to one of its files: epoch milliseconds. */
  openedAt: number;
  lastChangeAt: number;
  files: number;
  jobs: { total: number; complete: number };
  transfer: StateCounts<TransferState>;
  publication: StateCounts<PublicationState>;
  links: LinkCounts[];
  datasets: { dataset: string; files: number; publication: StateCounts<PublicationState> }[];
  failures: { class: FailureClass; files: number; reasons: string[] }[];
  rejections: { rule: string; files: number }[];
  /** What HELD files wait for. */
  held: HeldFiles[];
  /** Files that their jobs announced and nobody has reported. */
  unreported: IncompleteJobs;
  /** Files that are not published since others of their jobs failed or never came. */
  heldBack: IncompleteJobs;
}

/** Counts everything in one pass. */
export function countTask(state: TaskState): TaskCounts {
  const { ledger, malformed, openedAt, lastChangeAt } = state;
  const volumes = linkVolumes(state);
  const links = ledger.links.map((link, at): LinkCounts => ({
    ...link,
    ...{ files: 0, bytes: volumes[at] ?? noVolume(), transfer: {}, failures: {} },
  }));
  const datasets = ledger.datasets.map((dataset) => ({
    dataset,
    files: 0,
    publication: {},
  }));
  const counts: TaskCounts = {
    openedAt,
    lastChangeAt,
    files: 0,
    jobs: { total: ledger.jobs.size, complete: 0 },
    transfer: {},
    publication: {},
    links,
    datasets,
    failures: [],
    rejections: [],
    held: heldFiles(state),
    unreported: { jobs: 0, files: 0, examples: [] },
    heldBack: { jobs: 0, files: 0, examples: [] },
  };
  const failures = new Map<FailureClass, number>();
  const rejections = new Map<string, number>(malformed.count ? [['malformed-message', malformed.count]] : []);
  for (const job of ledger.jobs.values()) {
    if (isComplete(job)) counts.jobs.complete += 1;
    addIncomplete(counts.unreported, job, job.expected - job.entries.filter(({ retry }) => retry === job.retry).length);
    addIncomplete(counts.heldBack, job, job.entries.filter(({ incomplete }) => incomplete).length);
    for (const entry of job.entries) {
      counts.files += 1;
      count(counts.transfer, entry.transfer);
      count(counts.publication, entry.publication);
      const link = links[entry.link];
      if (link) {
        link.files += 1;
        count(link.transfer, entry.transfer);
        if (entry.failure) count(link.failures, entry.failure);
      }
      const dataset = datasets[entry.dataset];
      if (dataset) {
        dataset.files += 1;
        count(dataset.publication, entry.publication);
      }
      if (entry.failure) failures.set(entry.failure, (failures.get(entry.failure) ?? 0) + 1);
      if (entry.rule) rejections.set(entry.rule, (rejections.get(entry.rule) ?? 0) + 1);
    }
  }
  counts.failures = [...failures].map(([name, files]) => ({
    class: name,
    files,
    reasons: ledger.reasons.get(name) ?? [],
  }));
  counts.rejections = [...rejections].map(([rule, files]) => ({ rule, files }));
  return counts;
}

function addIncomplete(all: IncompleteJobs, { id, retry }: LedgerJob, files: number): void {
  if (files <= 0) return;
  all.jobs += 1;
  all.files += files;
  if (all.examples.length < EXAMPLES) all.examples.push({ jobId: id, retry, files });
}

/** Totals by state: what a task ends with. */
export function countStates(state: TaskState): Pick<TaskCounts, 'files' | 'transfer' | 'publication'> {
  const { files, transfer, publication } = countTask(state);
  return { files, transfer, publication };
}

/** All files of the newest retry have been reported and are final. */
function isComplete(job: LedgerJob): boolean {
  const current = job.entries.filter((entry) => entry.retry === job.retry);
  return current.length >= job.expected && current.every((entry) => isFinalTransfer(entry.transfer));
}

/** A page of entries in ledger order, from `after`; `next` is where the following page starts, null behind the last. */
export function pageEntries(
  { ledger }: TaskState,
  matches: (entry: LedgerEntry) => boolean,
  after: number,
  limit: number,
): { entries: { entry: LedgerEntry; job: LedgerJob }[]; next: number | null } {
  const entries: { entry: LedgerEntry; job: LedgerJob }[] = [];
  let at = 0;
  for (const job of ledger.jobs.values()) {
    for (const entry of job.entries) {
      if (at++ < after || !matches(entry)) continue;
      if (entries.length === limit) return { entries, next: at - 1 };
      entries.push({ entry, job });
    }
  }
  return { entries, next: null };
}

/** By link and reason: what was held for the same reason is one entry. */
function heldFiles({ held, ledger, batches }: TaskState): HeldFiles[] {
  const found = new Map<string, HeldFiles>();
  for (const [batch, reason] of held) {
    const link = ledger.links[batches.linkOf(batch) ?? -1];
    const files = (ledger.byBatch.get(batch) ?? []).filter(({ transfer }) => transfer === 'HELD').length;
    if (!link || files === 0) continue;
    const { source, destination } = link;
    const name = `${source} ${destination} ${reason}`;
    const known = found.get(name);
    if (known) known.files += files;
    else found.set(name, { source, destination, reason, files });
  }
  return [...found.values()];
}

function count<S extends string>(counts: Partial<Record<S, number>>, state: S): void {
  (counts as Record<string, number>)[state] = (counts[state] ?? 0) + 1;
}
