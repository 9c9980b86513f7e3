import { workflowInfo } from '@temporalio/workflow';
import { fromBase64 } from '../domain/base64.ts';
import { decodeLedger } from '../domain/ledger/codec.ts';
import { BatchTable } from '../domain/ledger/batch-table.ts';
import { TaskState } from '../domain/ledger/task-state.ts';
import { isFinalPublication, isFinalTransfer } from '../domain/states.ts';
import { taskActivities } from './activities.ts';
import type { Clock } from './clock.ts';

/**
 * Opens the books of a task: new ones, or those of an earlier workflow of the same task that has ended, so that what was done stays known
 * when the task is joined again.
 */
export async function openTask(task: string, clock: Clock): Promise<TaskState> {
  const { firstExecutionRunId } = workflowInfo();
  const { policy, groups, earlier } = await clock.after(
    taskActivities.openTask({ task, firstRunId: firstExecutionRunId }),
  );
  const state = new TaskState(task, policy, clock.now(), firstExecutionRunId);
  state.groups = groups;
  if (!earlier) return state;
  state.ledger = decodeLedger(fromBase64(earlier.ledger));
  state.batches = BatchTable.fromJSON({ next: earlier.batches + 1, open: [] });
  // An earlier workflow that was ended by force left files behind that nobody works on any more.
  for (const entry of [...state.ledger.entries()]) {
    if (!isFinalTransfer(entry.transfer)) state.ledger.setTransfer(entry, 'KILLED');
    if (!isFinalPublication(entry.publication)) state.ledger.setPublication(entry, 'FAILED');
    entry.awaits = 0;
  }
  return state;
}
