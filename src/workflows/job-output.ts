import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setHandler,
} from '@temporalio/workflow';
import { stageOutId } from '../contract/ids.ts';
import { TASK_MESSAGES, type FileOutcome, type JobOutcome, type JobOutputInput } from '../contract/messages.ts';
import { jobDetails } from '../domain/details/job-details.ts';
import { destinationKey } from '../domain/ledger/entry.ts';
import { checkAddFiles } from '../domain/ledger/message-checks.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { checkReport, RULES } from '../domain/record-rules.ts';
import { taskActivities } from './activities.ts';
import { showDetails } from './details.ts';
import { fileOutcomesSignal } from './signals.ts';

/**
 * Waits for one job output: forwards its files to the task, which owns them, and answers with what became of each. Cancelling it
 * cancels the job's files.
 */
export async function jobOutput({ report, ...start }: JobOutputInput): Promise<JobOutcome> {
  const { task } = start;
  const fault = ownerOfTask(task) === null ? `task: ${RULES['task-name']}` : checkAddFiles({ jobs: [report] });
  if (fault !== null) throw badMessage(fault);
  // Outcomes are told by destination: two files with the same one could not be told apart.
  const breach = checkReport(report).find(({ rule }) => rule === 'duplicate-id' || rule === 'duplicate-destination');
  if (breach) throw badMessage(`report.files[${breach.file}].${breach.field}: ${RULES[breach.rule]}`);
  const records = new Map(report.files.map((file) => [destinationKey(file.destination, file.destinationLfn), file]));
  const outcomes = new Map<string, FileOutcome>();
  let forwarded = false;
  setHandler(fileOutcomesSignal, (told) => {
    for (const outcome of told) {
      const record = records.get(outcome.key);
      if (record) outcomes.set(outcome.key, { ...outcome, id: record.id, destinationLfn: record.destinationLfn });
    }
  });
  showDetails(() => jobDetails(report, outcomes.values()));
  void CancellationScope.current().cancelRequested.catch(() =>
    CancellationScope.nonCancellable(async () => {
      // The task must know the files before it can cancel them.
      await condition(() => forwarded);
      await getExternalWorkflowHandle(stageOutId(task)).signal(TASK_MESSAGES.cancel, {
        jobs: [report.jobId],
        reason: 'the wait for the job was cancelled',
        by: 'caller',
      });
    }).catch(() => undefined),
  );
  await CancellationScope.nonCancellable(async () => {
    await taskActivities.forwardReport({ ...start, message: { jobs: [{ ...report, waiter: true }] } });
    forwarded = true;
    await condition(() => outcomes.size >= records.size);
  });
  const files = report.files.map(
    (file) => outcomes.get(destinationKey(file.destination, file.destinationLfn)) as FileOutcome,
  );
  return { task, jobId: report.jobId, retry: report.retry, files };
}

const badMessage = (fault: string): ApplicationFailure => ApplicationFailure.nonRetryable(fault, 'BadMessage');
