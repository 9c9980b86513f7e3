import type { Client } from '@temporalio/client';
import { publishDatasetId, stageOutId, transferBatchId } from '../contract/ids.ts';
import type { JobView, QueuedFiles } from '../contract/job-status.ts';
import { BATCH_QUERIES, PUBLISHER_QUERIES, TASK_QUERIES, type StagedFile } from '../contract/messages.ts';
import { isFinalTransfer } from '../domain/states.ts';
import { answerWithin } from './deadlines.ts';
import { explained, TaskNotFoundError } from './errors.ts';
import { failingCalls, type FailingCall } from './failing-calls.ts';

/** What a workflow said of some files, by key, and which of its calls fail just now. */
export interface Answer<File> {
  files: ReadonlyMap<string, File>;
  failing: readonly FailingCall[];
}

/** A file as a job's view has it. */
export type JobFile = JobView['files'][number];

/** Workflows asked at a time: each query may make a worker replay one. */
const AT_ONCE = 8;

/** Asks the workflows of a task about files of one job. All throw NoAnswerError and TemporalUnreachableError. */
export class JobQuestions {
  readonly #client: Client;
  readonly #task: string;

  constructor(client: Client, task: string) {
    this.#client = client;
    this.#task = task;
  }

  /** The job by the books; null where nothing of it was reported. @throws TaskNotFoundError */
  job(jobId: string): Promise<JobView | null> {
    return this.#ask<JobView | null>(stageOutId(this.#task), TASK_QUERIES.job, jobId);
  }

  /** Calls of the task itself that fail: what its files wait for before they are in a batch that sends. */
  taskFailing(): Promise<FailingCall[]> {
    return this.#failing(stageOutId(this.#task));
  }

  /** What batches know of their files, by the batch's number; of one that Temporal does not keep any more nothing. */
  batches(files: readonly JobFile[]): Promise<Map<number, Answer<StagedFile>>> {
    return forEachGroup(
      files,
      ({ batch }) => batch,
      async (batch, keys) => {
        const id = transferBatchId(this.#task, batch);
        const told = await unlessGone(this.#ask<StagedFile[]>(id, BATCH_QUERIES.files, { keys }));
        const isOpen = told.some(({ transfer }) => !isFinalTransfer(transfer));
        return { files: byKey(told), failing: isOpen ? await this.#failing(id) : [] };
      },
    );
  }

  /** What publishers have in hand of these files, by dataset; some may not have reached theirs yet. */
  publishers(files: readonly StagedFile[]): Promise<Map<string, Answer<QueuedFiles[number]>>> {
    const handedOver = files.filter(({ publication }) => publication === 'ACQUIRED');
    return forEachGroup(
      handedOver,
      ({ dataset }) => dataset,
      async (dataset, keys) => {
        const id = publishDatasetId(this.#task, dataset);
        const told = await unlessGone(this.#ask<QueuedFiles>(id, PUBLISHER_QUERIES.queued, { keys }));
        return { files: byKey(told), failing: told.length > 0 ? await this.#failing(id) : [] };
      },
    );
  }

  #ask<T>(id: string, query: string, argument: unknown): Promise<T> {
    const handle = this.#client.workflow.getHandle(id);
    return explained(this.#task, () => answerWithin(this.#client, () => handle.query<T, [unknown]>(query, argument)));
  }

  #failing(id: string): Promise<FailingCall[]> {
    return unlessGone(explained(this.#task, () => failingCalls(this.#client, id)));
  }
}

const byKey = <File extends { key: string }>(files: readonly File[]): ReadonlyMap<string, File> =>
  new Map(files.map((file) => [file.key, file]));

/** Nothing where there is no such workflow. */
async function unlessGone<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TaskNotFoundError) return [];
    throw error;
  }
}

/** Acts once for all files of a group; those that are of none are left out. */
async function forEachGroup<File extends { key: string }, Group, Result>(
  files: readonly File[],
  groupOf: (file: File) => Group | null,
  act: (group: Group, keys: string[]) => Promise<Result>,
): Promise<Map<Group, Result>> {
  const groups = [...Map.groupBy(files, groupOf)];
  const results = new Map<Group, Result>();
  const next = async (): Promise<void> => {
    for (let taken = groups.pop(); taken; taken = groups.pop()) {
      const [group, members] = taken;
      const keys = members.map(({ key }) => key);
      if (group !== null) results.set(group, await act(group, keys));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return results;
}
