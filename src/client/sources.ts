import type { Client } from '@temporalio/client';
import { transferBatchId } from '../contract/ids.ts';
import { BATCH_QUERIES, type FileDetail, type KeptFiles } from '../contract/messages.ts';
import type { KeptWhy } from '../domain/batch/kept-source.ts';
import { generationOf } from '../domain/sweep.ts';
import { answerWithin } from './deadlines.ts';
import { explained, TaskNotFoundError } from './errors.ts';
import { taskStatus } from './requests.ts';
import { sweptSources } from './sweep.ts';

/** A source that was left behind. */
export interface SourceFile {
  task: string;
  batch: number;
  jobId: string;
  retry: number;
  site: string;
  lfn: string;
  /** Bytes. */
  size: number;
  adler32: string | null;
  why: KeptWhy;
  reason: string | null;
  /** Null where it is not known. */
  since: Date | null;
}

/** What is left behind of a task. */
export interface TaskSources {
  task: string;
  sources: SourceFile[];
  /** Files that were refused: what they say of where they lie is not kept, so that their sources cannot be listed. By rule. */
  rejected: { rule: string; files: number }[];
}

/** Batches asked at a time: each query may make a worker replay one. */
const CONCURRENCY = 8;

/**
 * Sources that a task has left behind at its sites and that no sweep has removed; also of a task that has ended, as long as Temporal keeps
 * it. Throws as `taskStatus`.
 */
export async function taskSources(client: Client, task: string): Promise<TaskSources> {
  const [{ batches, rejections }, swept] = await Promise.all([taskStatus(client, task), sweptSources(client, task)]);
  const numbers = Array.from({ length: batches.started }, (_, i) => i + 1);
  const sources: SourceFile[] = [];
  const askNext = async (): Promise<void> => {
    for (let batch = numbers.shift(); batch !== undefined; batch = numbers.shift())
      for (const file of await keptOf(client, task, batch))
        if (file.kept && !swept.has(generationOf(file))) sources.push(sourceFile(task, batch, file, file.kept));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, askNext));
  sources.sort((a, b) => a.site.localeCompare(b.site) || a.lfn.localeCompare(b.lfn));
  return { task, sources, rejected: rejections };
}

function sourceFile(
  task: string,
  batch: number,
  { jobId, retry, source, sourceLfn, size, adler32 }: FileDetail,
  { why, reason, since }: NonNullable<FileDetail['kept']>,
): SourceFile {
  const at = since === null ? null : new Date(since);
  return { task, batch, jobId, retry, site: source, lfn: sourceLfn, size, adler32, why, reason, since: at };
}

async function keptOf(client: Client, task: string, batch: number): Promise<FileDetail[]> {
  const handle = client.workflow.getHandle(transferBatchId(task, batch));
  try {
    const { files } = await explained(task, () =>
      answerWithin(client, () => handle.query<KeptFiles>(BATCH_QUERIES.kept)),
    );
    return files;
  } catch (error) {
    // It ended so long ago that it is gone before its task is.
    if (error instanceof TaskNotFoundError) return [];
    throw error;
  }
}
