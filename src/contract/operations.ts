import type { CopyOutcome, OutcomeReport } from '../domain/operations/copy-outcomes.ts';
import type { JournalEntry } from '../domain/operations/journal.ts';
import type { OperationsSnapshot } from '../domain/operations/operations-state.ts';
import type { OperationAnswer, OperationName, OperationRequests } from '../domain/operations/requests.ts';
import type { OperatorRules } from '../domain/operations/rules.ts';
import { TASK_QUEUES } from './task-queues.ts';

export type {
  CopyOutcome,
  JournalEntry,
  OperationAnswer,
  OperationName,
  OperationRequests,
  OperationsSnapshot,
  OperatorRules,
  OutcomeReport,
};

/** Type and id of the one workflow that keeps the operators' rules. */
export const OPERATIONS = 'operations';

/** Requests of operators: updates of these names (docs/operator-rules.md). */
export const OPERATION_NAMES = [
  'closeSite',
  'openSite',
  'blockUser',
  'unblockUser',
  'setPriority',
  'setServer',
  'pauseAll',
  'resumeAll',
  'setBreaker',
  'tripBreaker',
  'resetBreaker',
] as const satisfies readonly OperationName[];

/** Signal: what became of copies, by what one worker saw (OutcomeReport). Nobody else sends it. */
export const OUTCOMES_SIGNAL = 'copyOutcomes';

/** Queries: the rules in force, null while they are being read; who did what, when and why; all that a later run needs. */
export const OPERATION_QUERIES = { rules: 'rules', journal: 'journal', snapshot: 'snapshot' } as const;

/** How `operations` is started or joined: nobody has to start it beforehand. */
export const operationsStartOptions = () => ({
  workflowId: OPERATIONS,
  taskQueue: TASK_QUEUES.workflows,
  args: [] as [],
  workflowIdConflictPolicy: 'USE_EXISTING' as const,
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
});
