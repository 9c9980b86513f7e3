import { wordFor, type CrabTransfer, type CrabWord } from '../crab-word.ts';
import type { FileRecord } from '../file.ts';
import { RULES, type Rule } from '../record-rules.ts';
import type { TaskState } from './task-state.ts';

/** Words that a task keeps while CRAB does not take them: they are part of what a run hands to the next. */
const KEPT_WORDS = 5_000;

/** Notes for CRAB what became of a file that no batch has, or ever will have. */
export function noteForCrab(state: TaskState, record: FileRecord, transfer: CrabTransfer, reason: string): void {
  // No row of CRAB's has another id.
  if (!state.policy.crabBookkeeping || !/^[0-9a-f]{56}$/.test(record.id)) return;
  if (state.words.length < KEPT_WORDS) state.words.push({ ...wordFor(record), transfer, reason });
}

export const noteRejected = (state: TaskState, record: FileRecord, rule: Rule): void =>
  noteForCrab(state, record, 'FAILED', `rejected: ${rule}: ${RULES[rule]}`);

/** What CRAB is to be told next, in the order it was noted; at most so much as one call may carry. */
export const nextWords = (state: TaskState): CrabWord[] => state.words.slice(0, 500);
