import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { INTERNAL_SIGNALS } from '../contract/internal-messages.ts';
import { TASK_MESSAGES } from '../contract/messages.ts';
import type { RepeatedMessages } from './task.types.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What a task takes; what else is sent to it nobody hears. */
const SIGNALS = new Set<string>([
  ...Object.values(TASK_MESSAGES),
  INTERNAL_SIGNALS.batchReport,
  INTERNAL_SIGNALS.published,
]);

/**
 * Counts the messages that Temporal has repeated for the latest reset of the workflow that asks. They stand between the reset and the workflow task that the
 * server schedules with it; what is new comes behind that.
 */
export async function repeatedMessages(client: Client): Promise<RepeatedMessages> {
  const events = await eventsSinceReset(client);
  const until = events.findIndex(({ workflowTaskScheduledEventAttributes: scheduled }) => scheduled);
  const repeated = events.slice(0, until < 0 ? undefined : until);
  const isTaken = ({ workflowExecutionSignaledEventAttributes: signal }: HistoryEvent): boolean =>
    SIGNALS.has(signal?.signalName ?? '');
  return {
    signals: repeated.filter(isTaken).length,
    updates: repeated.filter((event) => event.workflowExecutionUpdateAdmittedEventAttributes).length,
  };
}

/** Events behind the latest reset, oldest first; read from the end, since a history may be long. */
async function eventsSinceReset({ options, workflowService }: Client): Promise<HistoryEvent[]> {
  const { namespace } = options;
  const { workflowExecution: execution = null } = activityInfo();
  const newestFirst: HistoryEvent[] = [];
  for (let nextPageToken: Uint8Array | undefined; ;) {
    const page = await workflowService.getWorkflowExecutionHistoryReverse({ namespace, execution, ...(nextPageToken && { nextPageToken }) }); // prettier-ignore
    for (const event of page.history?.events ?? []) {
      if (isReset(event)) return newestFirst.reverse();
      newestFirst.push(event);
    }
    if (!page.nextPageToken?.length) return [];
    nextPageToken = page.nextPageToken;
  }
}

/** A reset is told as the failure of a workflow task. */
const isReset = ({ workflowTaskFailedEventAttributes: failed }: HistoryEvent): boolean => Boolean(failed?.newRunId);
