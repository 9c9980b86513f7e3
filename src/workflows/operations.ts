import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  OPERATION_NAMES,
  OPERATION_QUERIES,
  OUTCOMES_SIGNAL,
  type JournalEntry,
  type OperationAnswer,
  type OperationName,
  type OperationRequests,
  type OperationsSnapshot,
  type OperatorRules,
} from '../contract/operations.ts';
import { operationsDetails } from '../domain/details/operations-details.ts';
import { carryOut, RequestFault } from '../domain/operations/acts.ts';
import { takeOutcomes } from '../domain/operations/breaker.ts';
import { OperationsState } from '../domain/operations/operations-state.ts';
import { isOutcomeReport } from '../domain/operations/report-check.ts';
import { requestFault } from '../domain/operations/request-checks.ts';
import { operationsActivities } from './activities.ts';
import { Clock } from './clock.ts';
import { showDetails } from './details.ts';

/** How long a run lasts at the most: where payloads are encrypted, none of yesterday's is needed for long, and an old key can go. */
const RUN_LASTS_MS = 24 * 3_600_000;

/**
 * The one workflow that keeps the operators' rules: whoever asks for the first change, or tells the first outcomes, starts it. Nobody waits for
 * it: workers keep a copy of the rules, and their activities go by it (docs/adr/0009-operator-rules.md).
 */
export async function operations(snapshot?: OperationsSnapshot): Promise<void> {
  const clock = new Clock();
  const lastsUntil = clock.now() + RUN_LASTS_MS;
  let state: OperationsState | null = snapshot ? new OperationsState(snapshot) : null;
  const opened = async (): Promise<OperationsState> => {
    await condition(() => state !== null);
    return state as OperationsState;
  };
  for (const name of OPERATION_NAMES) handleRequests(name, clock, opened);
  setHandler(defineSignal<[unknown]>(OUTCOMES_SIGNAL), async (report) => {
    if (!isOutcomeReport(report)) return log.warn('no report of outcomes, passed over');
    for (const what of takeOutcomes(await opened(), report)) log.warn(`breaker ${what}`);
  });
  showDetails(() => operationsDetails(state?.rules ?? null));
  setHandler(defineQuery<OperatorRules | null>(OPERATION_QUERIES.rules), () => state?.rules ?? null);
  setHandler(defineQuery<JournalEntry[]>(OPERATION_QUERIES.journal), () => state?.journal.entries ?? []);
  setHandler(defineQuery<OperationsSnapshot | null>(OPERATION_QUERIES.snapshot), () => state?.snapshot() ?? null);

  state ??= await openBooks(clock);
  const isLong = (): boolean => workflowInfo().continueAsNewSuggested || clock.now() >= lastsUntil;
  const books: OperationsState = state;
  while (!isLong()) {
    books.expire(clock.now());
    const [wanted] = books.hurried;
    if (wanted) {
      await clock.after(operationsActivities.lookAtOnce(wanted));
      books.hurried.shift();
    } else
      await clock.until(
        () => isLong() || books.hurried.length > 0,
        () => Math.min(books.nextEnd ?? lastsUntil, lastsUntil),
        'the end of a rule, or of the day',
      );
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof operations>(books.snapshot());
}

/** The books as the run before left them, also one that was ended by force: a closed site stays closed. */
async function openBooks(clock: Clock): Promise<OperationsState> {
  const { firstExecutionRunId: firstRunId } = workflowInfo();
  const earlier = await clock.after(operationsActivities.openOperations({ firstRunId }));
  return new OperationsState(earlier ?? undefined);
}

/** Registers an operator's request as an update: refused by its validator, or answered with what it did. */
function handleRequests<Name extends OperationName>(
  name: Name,
  clock: Clock,
  opened: () => Promise<OperationsState>,
): void {
  type Request = OperationRequests[Name];
  const refuse = (fault: string): ApplicationFailure => ApplicationFailure.nonRetryable(`${name}: ${fault}`, 'BadMessage'); // prettier-ignore
  setHandler(
    defineUpdate<OperationAnswer, [Request]>(name),
    async (request) => {
      const server = 'server' in request ? request.server : null;
      // Also for the time: it stands while nothing but messages comes.
      const { fault } = await clock.after(operationsActivities.considerRequest(server === null ? {} : { server }));
      if (fault !== null) throw refuse(fault);
      try {
        return carryOut(await opened(), name, request, clock.now());
      } catch (error) {
        throw error instanceof RequestFault ? refuse(error.message) : error;
      }
    },
    {
      validator(request) {
        const fault = requestFault(name, request);
        if (fault !== null) throw refuse(fault);
      },
    },
  );
}
