import { fromBase64, toBase64 } from '../base64.ts';
import type { Outbox } from './outbox.ts';
import { TaskState, type TaskSnapshot } from './task-state.ts';
import type { StartedBatch } from './turns.ts';

/** All that a task knows in the midst of its work, what it was about to tell and to start included. */
export interface TaskBooks {
  snapshot: TaskSnapshot;
  /** Base64. */
  ledger: string;
  outbox: ReturnType<Outbox['toJSON']>;
  starting: StartedBatch[];
}

/** The books as they are. */
export function writeBooks(state: TaskState): TaskBooks {
  const [snapshot, ledger] = state.snapshot();
  return { snapshot, ledger: toBase64(ledger), outbox: state.outbox.toJSON(), starting: state.starting };
}

/** A task that knows what is in the books. */
export function readBooks(task: string, { snapshot, ledger, outbox, starting }: TaskBooks): TaskState {
  const state = TaskState.restore(task, snapshot, fromBase64(ledger));
  state.outbox.refill(outbox);
  state.starting = starting;
  return state;
}
