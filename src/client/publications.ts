import type { Client } from '@temporalio/client';
import { publishDatasetId } from '../contract/ids.ts';
import { PUBLISHER_QUERIES, type PublicationPlan, type TaskStatus } from '../contract/messages.ts';
import { answerWithin } from './deadlines.ts';
import { explained, TaskNotFoundError } from './errors.ts';

/** What waits to be published in one dataset of a task. */
export interface DatasetPublication extends PublicationPlan {
  dataset: string;
}

/** Publishers asked at a time: each query may make a worker replay one. */
const AT_ONCE = 8;

/**
 * What the publishers of a task would send, and what they wait for; nothing is sent. Datasets with nothing to publish are left out.
 * @param status the task's, which says which datasets have something
 * @throws NoAnswerError, TemporalUnreachableError
 */
export async function taskPublications(
  client: Client,
  { task, datasets }: Pick<TaskStatus, 'task' | 'datasets'>,
): Promise<DatasetPublication[]> {
  const waiting = datasets.filter(({ publication }) => publication.ACQUIRED).map(({ dataset }) => dataset);
  const found: DatasetPublication[] = [];
  const askNext = async (): Promise<void> => {
    for (let dataset = waiting.pop(); dataset !== undefined; dataset = waiting.pop()) {
      const plan = await planOf(client, task, dataset);
      if (plan) found.push({ dataset, ...plan });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  return found.sort((a, b) => a.dataset.localeCompare(b.dataset));
}

/** Null where the files have not reached a publisher yet. */
async function planOf(client: Client, task: string, dataset: string): Promise<PublicationPlan | null> {
  const handle = client.workflow.getHandle(publishDatasetId(task, dataset));
  try {
    return await explained(task, () =>
      answerWithin(client, () => handle.query<PublicationPlan>(PUBLISHER_QUERIES.plan)),
    );
  } catch (error) {
    if (error instanceof TaskNotFoundError) return null;
    throw error;
  }
}
