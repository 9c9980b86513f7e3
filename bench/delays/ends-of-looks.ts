import type { Client } from '@temporalio/client';

/** When a batch's history got to know what a look at its FTS job had found, epoch milliseconds, in order. */
export async function endsOfLooks(client: Client, batchId: string): Promise<number[]> {
  const { events = [] } = await client.workflow.getHandle(batchId).fetchHistory();
  const looks = new Set(
    events
      ?.filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'followFtsJob')
      .map(({ eventId }) => String(eventId)),
  );
  return (events ?? [])
    .filter((event) => looks.has(String(event.activityTaskCompletedEventAttributes?.scheduledEventId)))
    .map(({ eventTime }) => Number(eventTime?.seconds) * 1000 + (eventTime?.nanos ?? 0) / 1e6);
}
