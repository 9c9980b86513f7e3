import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import {
  OPERATION_QUERIES,
  OPERATIONS,
  operationsStartOptions,
  OUTCOMES_SIGNAL,
  type JournalEntry,
  type OperationAnswer,
  type OperationName,
  type OperationRequests,
  type OperatorRules,
  type OutcomeReport,
} from '../contract/operations.ts';
import { noRules } from '../domain/operations/rules.ts';
import { answerWithin, signalWithin } from './deadlines.ts';
import { explainedOf, explainedStartOf, TaskNotFoundError } from './errors.ts';
import { acrossTurnover } from './retry-turnover.ts';

const WHO = 'workflow "operations"';

/**
 * Asks for a change of the operators' rules and answers what it did. The workflow that keeps them is started where it does not run.
 * @throws RequestRefusedError, naming field and rule; NoAnswerError (no worker), TemporalUnreachableError
 */
export function operate<Name extends OperationName>(
  client: Client,
  name: Name,
  request: OperationRequests[Name],
): Promise<OperationAnswer> {
  return explainedStartOf(WHO, () => acrossTurnover(() => update(client, name, request)));
}

function update(client: Client, name: string, request: object): Promise<OperationAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(OPERATIONS, operationsStartOptions());
  // Where the start fails the update fails too, with the same error; nobody else looks at the handle.
  startWorkflowOperation.workflowHandle().catch(() => undefined);
  return answerWithin(client, () =>
    client.workflow.executeUpdateWithStart<Workflow, OperationAnswer, [object]>(name, {
      startWorkflowOperation,
      args: [request],
    }),
  );
}

/**
 * The operators' rules; those of nobody where nobody has set any.
 * @param timeoutMs how long a worker may take to answer, milliseconds
 * @throws NoAnswerError, TemporalUnreachableError
 */
export async function operatorRules(client: Client, timeoutMs?: number): Promise<OperatorRules> {
  return (await askForRules(client, timeoutMs)) ?? noRules();
}

/** As `operatorRules`; null where there are none, or they are just being read. */
export const askForRules = (client: Client, timeoutMs?: number): Promise<OperatorRules | null> =>
  ask<OperatorRules>(client, OPERATION_QUERIES.rules, timeoutMs);

/** Who did what, when and why, the oldest first; the last 300. @throws NoAnswerError, TemporalUnreachableError */
export async function operationsJournal(client: Client): Promise<JournalEntry[]> {
  return (await ask<JournalEntry[]>(client, OPERATION_QUERIES.journal)) ?? [];
}

async function ask<T>(client: Client, query: string, timeoutMs?: number): Promise<T | null> {
  const handle = client.workflow.getHandle(OPERATIONS);
  try {
    return await explainedOf(WHO, () => answerWithin(client, () => handle.query<T | null>(query), timeoutMs));
  } catch (error) {
    if (error instanceof TaskNotFoundError) return null;
    throw error;
  }
}

/** Tells the breakers what became of copies, as workers do. @throws TemporalUnreachableError */
export async function reportOutcomes(client: Client, report: OutcomeReport): Promise<void> {
  const options = { ...operationsStartOptions(), signal: OUTCOMES_SIGNAL, signalArgs: [report] as [OutcomeReport] };
  await explainedStartOf(WHO, () => signalWithin(client, () => client.workflow.signalWithStart(OPERATIONS, options)));
}
