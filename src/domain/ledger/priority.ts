import { isFinalTransfer } from '../states.ts';
import { forSelected, type SelectionResult } from './selected.ts';
import type { TaskState } from './task-state.ts';

/** FTS takes these; 5 goes first. */
export const PRIORITIES = { lowest: 1, highest: 5 } as const;

/** Gives all transfers of a task that are not final another priority in FTS: those it has, and whatever is sent from now on. */
export function setPriority(state: TaskState, priority: number): SelectionResult {
  state.priority = priority;
  for (const batch of state.batches.numbers()) state.outbox.order(batch, { kind: 'priority', priority });
  return forSelected(state, {}, ({ transfer }) => (isFinalTransfer(transfer) ? `${transfer} already` : null));
}
