import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TASK_QUEUES } from '../../contract/task-queues.ts';
import { signalWithin } from '../deadlines.ts';
import { explained } from '../errors.ts';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;

/** A task queue that no worker polls. */
export interface IdleQueue {
  queue: string;
  /** When the last worker asked for work, epoch milliseconds; null where none did within the last minutes. */
  since: number | null;
}

/**
 * The task queues that nobody has polled for `staleMs`: a poll lasts a minute, so that less than that says nothing.
 * @throws TemporalUnreachableError
 */
export async function idleQueues(client: Client, staleMs: number): Promise<IdleQueue[]> {
  const kinds = Object.values(TASK_QUEUES).map((queue) => ({
    queue,
    type: queue === TASK_QUEUES.workflows ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
  }));
  const asked = await Promise.all(
    kinds.map(async ({ queue, type: taskQueueType }): Promise<IdleQueue & { isIdle: boolean }> => {
      const request = { namespace: client.options.namespace, taskQueue: { name: queue }, taskQueueType };
      const { pollers } = await explained('*', () =>
        signalWithin(client, () => client.connection.workflowService.describeTaskQueue(request)),
      );
      const times = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
      const since = times.length > 0 ? Math.max(...times) : null;
      return { queue, since, isIdle: since === null || Date.now() - since > staleMs };
    }),
  );
  return asked.filter(({ isIdle }) => isIdle).map(({ queue, since }) => ({ queue, since }));
}
