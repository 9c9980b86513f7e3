import type { Client } from '@temporalio/client';
import { eachTask, surveyTasks, TaskNotFoundError, type ListedTask } from '../../client/index.ts';
import type { Recorder } from '../store/recorder.ts';
import type { Standing } from '../store/standing.ts';
import type { UnchangedTasks } from './unchanged.ts';

export interface SampleParts {
  client: Client;
  recorder: Recorder;
  standing: Standing;
  unchanged: UnchangedTasks;
  /** Tasks asked at a time. */
  concurrency?: number;
}

export interface Sample {
  tasks: number;
  asked: number;
  unanswered: number;
}

/** Temporal lists a workflow that has ended a moment after it has. */
const LISTED_WITHIN_S = 300;
const AT_ONCE = 16;

/**
 * Asks every open task that may have changed, and each that has ended since the last sample once more, and enters what they answer.
 * `now`: epoch seconds; `since`: the last sample that succeeded, null for none.
 * @throws TemporalUnreachableError where the tasks cannot be listed
 */
export async function takeSample(parts: SampleParts, now: number, since: number | null): Promise<Sample> {
  const { client, recorder, unchanged } = parts;
  recorder.begin(now);
  const open: ListedTask[] = [];
  for await (const task of eachTask(client, { running: true, limit: Infinity })) open.push(task);
  const names = new Set(open.map(({ task }) => task));
  // Before the first sample nothing is news.
  const ended =
    since === null ? [] : (await endedTasks(parts, names, since, now)).filter(({ task }) => !names.has(task));
  unchanged.only(names);

  const marks = new Map<string, string | null>();
  const toAsk: ListedTask[] = [...ended];
  const rest = [...open];
  const markNext = async (): Promise<void> => {
    for (let task = rest.pop(); task !== undefined; task = rest.pop()) {
      const mark = await unchanged.mark(task.task);
      if (unchanged.isSame(task.task, mark)) continue;
      marks.set(task.task, mark);
      toAsk.push(task);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, markNext));

  let unanswered = 0;
  const options = { tasks: toAsk, ...(parts.concurrency && { concurrency: parts.concurrency }) };
  for await (const { task, status, error } of surveyTasks(client, options)) {
    const endedAt = task.endedAt && Math.floor(task.endedAt.getTime() / 1000);
    if (status) {
      recorder.task({ status, askedAt: now, endedAt });
      if (endedAt === null) unchanged.keep(task.task, marks.get(task.task) ?? null);
    } else if (error instanceof TaskNotFoundError) recorder.gone(task.task, endedAt ?? now);
    else unanswered += 1;
  }
  return { tasks: open.length, asked: toAsk.length, unanswered };
}

/** Tasks that have ended and have not been asked since: listed ones, and those that Temporal lists no more. */
async function endedTasks(
  { client, standing }: SampleParts,
  open: ReadonlySet<string>,
  since: number,
  now: number,
): Promise<ListedTask[]> {
  const tasks: ListedTask[] = [];
  const endedAfter = new Date((since - LISTED_WITHIN_S) * 1000);
  const unsettled = new Set(standing.openTasks());
  for await (const task of eachTask(client, { endedAfter, limit: Infinity })) {
    const isSettled = !unsettled.has(task.task) && standing.isSettled(task.task, task.endedAt);
    unsettled.delete(task.task);
    if (!isSettled) tasks.push(task);
  }
  // Where the last sample is long ago, they may have ended and been forgotten; those that are merely listed late are asked once more.
  for (const task of unsettled)
    if (!open.has(task))
      tasks.push({ task, user: '', status: 'COMPLETED', startedAt: new Date(0), endedAt: new Date(now * 1000) });
  return tasks;
}
