import type { Client } from '@temporalio/client';
import { stageOutId, transferBatchId } from '../contract/ids.ts';
import {
  BATCH_QUERIES,
  TASK_QUERIES,
  type StagedFile,
  type FilesPage,
  type FilesQuery,
  type LedgerFile,
} from '../contract/messages.ts';
import { answerWithin } from './deadlines.ts';
import { explained, TaskNotFoundError } from './errors.ts';

/** A file of a task; in full where a batch has it. */
export interface TaskFile extends LedgerFile {
  /** Null while the file waits for a batch, where it was rejected, or where Temporal does not keep its batch any more. */
  detail: StagedFile | null;
}

/** Batches asked at a time: each query may make a worker replay one. */
const CONCURRENCY = 8;
/** Files of a task asked for at a time, the most it answers with. */
const PAGE = 1_000;

/**
 * The files of a task in the asked for state, page by page: the task lists them, their batches describe them.
 * Throws as `taskStatus`.
 */
export async function* taskFiles(
  client: Client,
  task: string,
  query: Omit<FilesQuery, 'after' | 'limit'> = {},
): AsyncGenerator<TaskFile[], void> {
  const handle = client.workflow.getHandle(stageOutId(task));
  let after: number | null = 0;
  while (after !== null) {
    const request: FilesQuery = { ...query, after, limit: PAGE };
    const page: FilesPage = await explained(task, () =>
      answerWithin(client, () => handle.query<FilesPage, [FilesQuery]>(TASK_QUERIES.files, request)),
    );
    if (page.files.length) yield await withDetails(client, task, page.files);
    after = page.next;
  }
}

/** What a task itself knows of the files with these keys; those it does not know are absent. Throws as `taskStatus`. */
export async function taskLedgerFiles(client: Client, task: string, keys: readonly string[]): Promise<LedgerFile[]> {
  const handle = client.workflow.getHandle(stageOutId(task));
  const files: LedgerFile[] = [];
  for (let start = 0; start < keys.length; start += PAGE) {
    const query: FilesQuery = { keys: keys.slice(start, start + PAGE), limit: PAGE };
    const page = await explained(task, () =>
      answerWithin(client, () => handle.query<FilesPage, [FilesQuery]>(TASK_QUERIES.files, query)),
    );
    files.push(...page.files);
  }
  return files;
}

async function withDetails(client: Client, task: string, files: LedgerFile[]): Promise<TaskFile[]> {
  const batches = [...new Set(files.flatMap(({ batch }) => batch ?? []))];
  const details = new Map<string, StagedFile>();
  const askNext = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop())
      for (const detail of await batchFiles(client, task, batch)) details.set(`${batch}/${detail.key}`, detail);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, askNext));
  return files.map((file) => ({ ...file, detail: details.get(`${file.batch}/${file.key}`) ?? null }));
}

async function batchFiles(client: Client, task: string, batch: number): Promise<StagedFile[]> {
  const handle = client.workflow.getHandle(transferBatchId(task, batch));
  try {
    return await explained(task, () => answerWithin(client, () => handle.query<StagedFile[]>(BATCH_QUERIES.files)));
  } catch (error) {
    // A batch that ended long ago may be gone before its task is: what the task says of its files remains.
    if (error instanceof TaskNotFoundError) return [];
    throw error;
  }
}
