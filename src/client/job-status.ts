import type { Client } from '@temporalio/client';
import { AWAITED, awaitedText, type Step } from '../contract/awaited.ts';
import type { FileStatus, JobStatus } from '../contract/job-status.ts';
import type { StagedFile } from '../contract/messages.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import type { StageView } from '../domain/stage-view.ts';
import { isFinalTransfer } from '../domain/states.ts';
import { utcTime } from '../domain/utc-time.ts';
import { JobNotFoundError } from './errors.ts';
import type { FailingCall } from './failing-calls.ts';
import { JobQuestions, type JobFile } from './job-answers.ts';

/**
 * Where a job output stands, file by file, both stages: of the task, which knows what the files wait for of each other, of their batches and
 * publishers, and of Temporal, which knows what fails outside. Nothing is written for it; a task that has ended answers, too.
 * @throws JobNotFoundError where nothing of the job was reported; TaskNotFoundError, NoAnswerError, TemporalUnreachableError
 */
export async function jobStatus(client: Client, task: string, jobId: string): Promise<JobStatus> {
  const questions = new JobQuestions(client, task);
  const job = await questions.job(jobId);
  if (!job) throw new JobNotFoundError(`task ${task} has no job ${jobId}: nothing of it was reported`);
  const isOver = job.files.every(({ transfer }) => isFinalTransfer(transfer));
  const [taskFailing, batches] = await Promise.all([
    isOver ? [] : questions.taskFailing(),
    questions.batches(job.files),
  ]);
  const details = [...batches.values()].flatMap(({ files }) => [...files.values()]);
  const publishers = await questions.publishers(details);
  const user = ownerOfTask(task) ?? '';
  const files = job.files.map((file): FileStatus => {
    const batch = file.batch === null ? undefined : batches.get(file.batch);
    const detail = batch?.files.get(file.key) ?? null;
    const transfer = detail?.stages.transfer ?? file.stages.transfer;
    // Before the first FTS job it may be the task that waits.
    const failing = [...(batch?.failing ?? []), ...(transfer.attempts === 0 ? taskFailing : [])];
    const publisher = publishers.get(detail?.dataset ?? '');
    const queued = publisher?.files.get(file.key)?.publication;
    return {
      ...factsOf(file, detail),
      transfer: heldUp(transfer, detail?.stages.phase === 'arrived' ? 'look' : 'copy', failing, user),
      publication: queued
        ? heldUp(queued, 'block', publisher?.failing ?? [], user)
        : (detail?.stages.publication ?? file.stages.publication),
    };
  });
  const { retry, expected, unreported, waitsFor } = job;
  return { task, jobId, retry, expected, unreported, waitsFor, files };
}

/** What a file is, and what went wrong last. */
function factsOf(file: JobFile, detail: StagedFile | null): Omit<FileStatus, 'transfer' | 'publication'> {
  const record = detail ?? file.record;
  const last = detail?.attempts.at(-1);
  const failure = (detail ?? file).transfer === 'DONE' ? null : (last?.class ?? file.failure);
  return {
    ...{ key: file.key, retry: file.retry, type: file.type, id: record?.id ?? null },
    ...{ source: record?.source ?? null, destination: record?.destination ?? null },
    ...{ destinationLfn: record?.destinationLfn ?? null, dataset: record?.dataset ?? null },
    failure,
    code: failure && (last?.code ?? file.code),
    ftsJobIds: detail?.ftsJobIds ?? [],
  };
}

/** A stage whose next step is a call that fails waits for what that call waits for. */
function heldUp<S extends string>(
  view: StageView<S>,
  step: Step,
  calls: readonly FailingCall[],
  user: string,
): StageView<S> {
  if (view.waitsFor === null || view.nextTry !== null) return view;
  const call = calls.find(({ type }) => AWAITED[type]?.steps.includes(step));
  if (!call) return view;
  const since = call.since ? ` since ${utcTime(call.since.getTime())}` : '';
  const waitsFor = `${awaitedText(call.type, user)}${since}`;
  // Copies are counted as FTS jobs; of a block nobody else counts the tries.
  const attempts = step === 'block' ? call.tries : view.attempts;
  return { ...view, attempts, waitsFor, said: call.reason, nextTry: call.nextTry };
}
