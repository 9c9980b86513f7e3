import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { taskStartOptions } from '../contract/task-options.ts';
import {
  INTERNAL_SIGNALS,
  type BatchOrder,
  type DatasetOrder,
  type PublishDatasetInput,
  type PublishedReport,
} from '../contract/internal-messages.ts';
import { searchPairs } from '../contract/search-values.ts';
import { summaryText } from '../contract/summary-text.ts';
import { publishDatasetId, stageOutId, transferBatchId } from '../contract/ids.ts';
import { TASK_MESSAGES, WORKFLOWS, type AddFiles, type StartTask } from '../contract/messages.ts';
import { TASK_QUEUES } from '../contract/task-queues.ts';
import { ownerOfTask, type Groups } from '../domain/lfn-areas.ts';
import type { Policy } from '../domain/policy.ts';
import { booksBeforeReset, earlierBooks } from './earlier-books.ts';
import { repeatedMessages } from './repeated-messages.ts';
import type { HandOver, TaskActivities } from './task.types.ts';

export interface TaskDependencies {
  client: Client;
  policy: Policy;
  /** Members of the groups under /store/group; undefined where no map is configured. */
  groups: () => Promise<Groups | undefined>;
}

/** Activities that talk to Temporal itself. */
export function createTaskActivities({ client, policy, groups }: TaskDependencies): TaskActivities {
  return {
    async openTask({ task, firstRunId }) {
      const [members, earlier] = await Promise.all([groups(), earlierBooks(client, task, firstRunId)]);
      const owner = ownerOfTask(task) ?? '';
      const own = members && Object.keys(members).filter((group) => members[group]?.includes(owner));
      return { policy, groups: own ?? null, earlier };
    },

    async takeUpTask({ task }) {
      const [before, repeated] = await Promise.all([booksBeforeReset(client, task), repeatedMessages(client)]);
      return { before, repeated };
    },

    async forwardReport({ message, ...start }) {
      await client.workflow.signalWithStart<(input: StartTask) => Promise<unknown>, [AddFiles]>(WORKFLOWS.stageOut, {
        ...taskStartOptions(start),
        signal: TASK_MESSAGES.addFiles,
        signalArgs: [message],
      });
    },

    async handToPublisher({ files, withdraw, flush, now, finish, ...input }: HandOver) {
      const { task, dataset } = input;
      const orders: DatasetOrder[] = [];
      if (files.length > 0) orders.push({ kind: 'add', files });
      if (withdraw) orders.push({ kind: 'withdraw', keys: withdraw });
      if (flush) orders.push({ kind: 'flush', ...flush });
      if (now) orders.push({ kind: 'now', ...now });
      if (finish) orders.push({ kind: 'finish' });
      const { typedSearchAttributes: ofTask, priority } = taskStartOptions({ task });
      const typedSearchAttributes = ofTask.updateCopy(searchPairs({ dataset: [dataset], state: 'WAITING' }));
      for (const order of orders) {
        await client.workflow.signalWithStart<(input: PublishDatasetInput) => Promise<void>, [DatasetOrder]>(
          WORKFLOWS.publishDataset,
          {
            workflowId: publishDatasetId(task, dataset),
            taskQueue: TASK_QUEUES.workflows,
            args: [input],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            ...{ typedSearchAttributes, priority },
            // Its id has no more than a hash of it.
            staticSummary: summaryText(dataset),
            signal: INTERNAL_SIGNALS.datasetOrder,
            signalArgs: [order],
          },
        );
      }
    },

    async tellPublished({ task, batches, at }) {
      // The task first: a batch that waited for nothing else ends without telling it again.
      const report: PublishedReport = { batches, at };
      const taskTold = await tell(client, stageOutId(task), INTERNAL_SIGNALS.published, report);
      await Promise.all(
        batches.map(({ batch, keys }) => {
          const order: BatchOrder = {
            kind: 'published',
            keys,
            state: 'DONE',
            reason: null,
            ...(taskTold && { taskTold }),
          };
          return tell(client, transferBatchId(task, batch), INTERNAL_SIGNALS.batchOrder, [order]);
        }),
      );
    },
  };
}

/** Signals whichever run is current. @returns whether there was one: false where the workflow has ended */
async function tell(client: Client, workflowId: string, signal: string, argument: unknown): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(signal, argument);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
