import { wordFor, type CrabTransfer, type CrabWord } from '../crab-word.ts';
import type { FileRecord } from '../file.ts';
import { RULES, type Rule } from '../record-rules.ts';
import type { LedgerEntry } from './entry.ts';
import type { TaskState } from './task-state.ts';

/** Words that a task keeps whole while CRAB does not take them: they are part of what a run hands to the next, which has its limit. */
const KEPT_WORDS = 5_000;
/** Files that one call tells of. */
const WORDS_A_CALL = 500;
const UNNAMED_A_CALL = 5_000;

/** Files by what their task still knows of them when it has kept no word: CRAB's own list of the task's rows says which these are. */
export interface UnnamedFiles {
  transfer: CrabTransfer;
  reason: string;
  files: { jobId: string; check: number; startTime: number }[];
}

/** What CRAB is to be told with one call. */
export type NewsForCrab =
  { kind: 'words'; words: CrabWord[] } | { kind: 'unnamed'; unnamed: UnnamedFiles; entries: LedgerEntry[] };

/**
 * Notes for CRAB what became of a file that no batch has, or ever will have: as a word, or, when there are many already, as a mark in the
 * ledger, which costs next to nothing.
 */
export function noteForCrab(
  state: TaskState,
  entry: LedgerEntry,
  record: FileRecord,
  transfer: CrabTransfer,
  reason: string,
): void {
  // No row of CRAB's has another id.
  if (!state.policy.crabBookkeeping || !/^[0-9a-f]{56}$/.test(record.id)) return;
  const unpublished = record.publish && { publication: 'FAILED' as const, publicationReason: 'job-incomplete' };
  if (state.words.length < KEPT_WORDS)
    state.words.push({ ...wordFor(record), transfer, reason, ...(record.type === 'output' && unpublished) });
  else state.ledger.setUntold(entry, true);
}

export const noteRejected = (state: TaskState, entry: LedgerEntry, record: FileRecord, rule: Rule): void =>
  noteForCrab(state, entry, record, 'FAILED', ruleText(rule));

/** Notes for CRAB the end of a file whose batch was ended by force, and its record with it. */
export function noteLost(state: TaskState, entry: LedgerEntry): void {
  if (state.policy.crabBookkeeping) state.ledger.setUntold(entry, true);
}

/** Files that CRAB does not know the end of yet. */
export const untoldFiles = (state: TaskState): number => state.words.length + state.ledger.untold;

/** What CRAB is to be told next, words first, in the order they were noted; null where there is nothing. */
export function nextForCrab(state: TaskState): NewsForCrab | null {
  if (state.words.length > 0) return { kind: 'words', words: state.words.slice(0, WORDS_A_CALL) };
  return state.ledger.untold > 0 ? nextUnnamed(state) : null;
}

/** CRAB has this, or is given up. */
export function toldToCrab(state: TaskState, news: NewsForCrab): void {
  if (news.kind === 'words') state.words.splice(0, news.words.length);
  else for (const entry of news.entries) state.ledger.setUntold(entry, false);
}

/** CRAB is gone for good: whatever waited is given up with this. @returns files that are given up */
export function givenUpOnCrab(state: TaskState): number {
  const files = untoldFiles(state);
  state.words = [];
  for (const entry of state.ledger.entries()) state.ledger.setUntold(entry, false);
  return files;
}

/** Files of one kind: those that share state and reason. */
function nextUnnamed({ ledger }: TaskState): NewsForCrab | null {
  const entries: LedgerEntry[] = [];
  const unnamed: UnnamedFiles = { transfer: 'KILLED', reason: '', files: [] };
  for (const job of ledger.jobs.values())
    for (const entry of job.entries) {
      if (!entry.untold || entries.length === UNNAMED_A_CALL) continue;
      const { transfer, reason } = endOf(entry);
      if (entries.length === 0) Object.assign(unnamed, { transfer, reason });
      if (transfer !== unnamed.transfer || reason !== unnamed.reason) continue;
      entries.push(entry);
      unnamed.files.push({ jobId: job.id, check: entry.check, startTime: entry.startTime });
    }
  return entries.length > 0 ? { kind: 'unnamed', unnamed, entries } : null;
}

/** How CRAB is told of the end of a file of which there is no record any more. Who killed it is not in the ledger. */
export const endOf = ({ rule }: Pick<LedgerEntry, 'rule'>): { transfer: CrabTransfer; reason: string } =>
  rule === null
    ? { transfer: 'KILLED', reason: 'killed before it had ended' }
    : { transfer: 'FAILED', reason: ruleText(rule as Rule) };

const ruleText = (rule: Rule): string => `rejected: ${rule}: ${RULES[rule]}`;
