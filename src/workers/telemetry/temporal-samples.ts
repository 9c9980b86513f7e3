import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { TASK_QUEUES } from '../../contract/task-queues.ts';
import type { Metrics } from './metrics.ts';
import type { Sample } from './sampler.ts';

/** Twelve calls that the server answers from memory. */
const QUEUES_EVERY_MS = 15_000;
/** Five calls to visibility, which has an index by type and state. */
const WORKFLOWS_EVERY_MS = 30_000;

/** temporal.api.enums.v1.TaskQueueType */
const KINDS = { workflow: 1, activity: 2 } as const;
const WORKFLOW_TYPES = ['stageOut', 'transferBatch', 'publishDataset', 'jobOutput', 'sweepSources', 'mendRows'];

/** Backlogs and pollers of our task queues: all of them, so that it shows where nobody serves one. */
export function queueSample({ connection, options: { namespace } }: Client): Sample {
  async function look(metrics: Metrics, queue: string, kind: keyof typeof KINDS): Promise<void> {
    const { stats, pollers = [] } = await connection.workflowService.describeTaskQueue({
      ...{ namespace, taskQueue: { name: queue }, taskQueueType: KINDS[kind], reportStats: true },
    });
    metrics.set('aso_queue_backlog', Number(stats?.approximateBacklogCount ?? 0), { queue, kind });
    const age = tsToMs(stats?.approximateBacklogAge ?? undefined) / 1000;
    metrics.set('aso_queue_backlog_age_seconds', age, { queue, kind });
    metrics.set('aso_queue_pollers', pollers.length, { queue, kind });
  }
  return {
    name: 'queues',
    everyMs: QUEUES_EVERY_MS,
    async take(metrics) {
      const activities = Object.values(TASK_QUEUES).map((queue) => look(metrics, queue, 'activity'));
      await Promise.all([look(metrics, TASK_QUEUES.workflows, 'workflow'), ...activities]);
    },
  };
}

/** Open workflows by type. */
export const workflowSample = (client: Client): Sample => ({
  name: 'workflows',
  everyMs: WORKFLOWS_EVERY_MS,
  async take(metrics) {
    for (const workflow of WORKFLOW_TYPES) {
      const { count } = await client.workflow.count(`WorkflowType = '${workflow}' AND ExecutionStatus = 'Running'`);
      metrics.set('aso_open_workflows', count, { workflow });
    }
  },
});
