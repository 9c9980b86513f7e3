import type { FailureClass } from '../failure-classes.ts';
import { idCheck, type LedgerEntry, type LedgerJob } from './entry.ts';
import type { TaskState } from './task-state.ts';

/** Which files a message is about: those that all of the lists given allow; all files where there is none. */
export interface Selection {
  /** CRAB's ids. */
  files?: string[] | undefined;
  jobs?: string[] | undefined;
  /** Files that FAILED, or wait for another attempt, for one of these reasons. */
  classes?: FailureClass[] | undefined;
  /** Sites. */
  sources?: string[] | undefined;
  destinations?: string[] | undefined;
}

/** Files acted on, and those not, with why. */
export interface SelectionResult {
  files: number;
  ignored: { reason: string; files: number }[];
}

type Act = (entry: LedgerEntry, job: LedgerJob) => string | null;

/** Nothing is left out: the message is about the whole task. */
export const isEverything = ({ files, jobs, classes, sources, destinations }: Selection): boolean =>
  !files && !jobs && !classes && !sources && !destinations;

/** Applies `act` to every selected file; it answers null where it acted, else why not. */
export function forSelected(state: TaskState, selection: Selection, act: Act): SelectionResult {
  const checks = selection.files && new Set(selection.files.map(idCheck));
  const isOnLink = linkFilter(state, selection);
  const classes = selection.classes && new Set(selection.classes);
  const ignored = new Map<string, number>();
  let files = 0;
  const jobs = selection.jobs ? selection.jobs.map((id) => state.ledger.jobs.get(id)) : state.ledger.jobs.values();
  for (const job of jobs) {
    if (!job) {
      ignored.set('no such job', (ignored.get('no such job') ?? 0) + 1);
      continue;
    }
    for (const entry of [...job.entries]) {
      if (checks && !checks.has(entry.check)) continue;
      if (classes && !(entry.failure && classes.has(entry.failure))) continue;
      if (!isOnLink(entry.link)) continue;
      const refusal = act(entry, job);
      if (refusal === null) files += 1;
      else ignored.set(refusal, (ignored.get(refusal) ?? 0) + 1);
    }
  }
  if (files + ignored.size === 0 && !isEverything(selection)) ignored.set(...nothingMatches(selection));
  return { files, ignored: [...ignored].map(([reason, count]) => ({ reason, files: count })) };
}

/** Whether a link, by its index, is between the sites asked for. */
function linkFilter({ ledger }: TaskState, { sources, destinations }: Selection): (link: number) => boolean {
  if (!sources && !destinations) return () => true;
  const wanted = ledger.links.map(
    ({ source, destination }) =>
      (!sources || sources.includes(source)) && (!destinations || destinations.includes(destination)),
  );
  return (link) => wanted[link] ?? false;
}

const nothingMatches = (selection: Selection): [reason: string, files: number] =>
  selection.files ? ['no such file', selection.files.length] : ['no file of the task matches', 0];
