import { WithStartWorkflowOperation, type Client, type WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import {
  TASK_MESSAGES,
  WORKFLOWS,
  type AddFiles,
  type AddFilesAnswer,
  type JobOutcome,
  type StartTask,
} from '../contract/messages.ts';
import { jobOutputStartOptions, taskStartOptions } from '../contract/task-options.ts';
import type { JobReport, VomsAttributes } from '../domain/file.ts';
import { chunkJobs, sumAnswers } from './chunks.ts';
import { answerWithin, signalWithin } from './deadlines.ts';
import { explainedStart } from './errors.ts';
import { acrossTurnover } from './retry-turnover.ts';

/** The workflow that waits for one job output. */
export type JobOutputWorkflow = (input: unknown) => Promise<JobOutcome>;

/**
 * Reports job outputs to their task, which is started or joined, and waits for its answer. In messages of at most 256 KiB, one after
 * the other: what was answered is kept for good. Reporting the same again changes nothing.
 * @param voms group and role of the owner's credential; those that the task is started with hold
 * @throws TemporalUnreachableError, NoAnswerError (no worker), RequestRefusedError
 */
export async function addFiles(
  client: Client,
  task: string,
  jobs: readonly JobReport[],
  voms: VomsAttributes = {},
): Promise<AddFilesAnswer> {
  const answers: AddFilesAnswer[] = [];
  for (const chunk of chunkJobs(jobs))
    answers.push(
      await explainedStart(task, () => acrossTurnover(() => addChunk(client, { task, ...voms }, { jobs: chunk }))),
    );
  return sumAnswers(answers);
}

function addChunk(client: Client, start: StartTask, message: AddFiles): Promise<AddFilesAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.stageOut, taskStartOptions(start));
  // Where the start fails the update fails too, with the same error; nobody else looks at the handle.
  startWorkflowOperation.workflowHandle().catch(() => undefined);
  return answerWithin(client, () =>
    client.workflow.executeUpdateWithStart<Workflow, AddFilesAnswer, [AddFiles]>(TASK_MESSAGES.addFiles, {
      startWorkflowOperation,
      args: [message],
    }),
  );
}

/**
 * Reports one job output as CRAB does: a signal that starts or joins the task. Returns once Temporal has it; no worker is needed.
 * @throws TemporalUnreachableError
 */
export async function reportJob(
  client: Client,
  task: string,
  job: JobReport,
  voms: VomsAttributes = {},
): Promise<void> {
  for (const jobs of chunkJobs([job])) {
    const signalArgs: [AddFiles] = [{ jobs }];
    const options = { ...taskStartOptions({ task, ...voms }), signal: TASK_MESSAGES.addFiles, signalArgs };
    await explainedStart(task, () =>
      acrossTurnover(() => signalWithin(client, () => client.workflow.signalWithStart(WORKFLOWS.stageOut, options))),
    );
  }
}

/**
 * Reports one job output through a workflow of its own, whose result is the outcome of every file.
 * @returns its handle: `result()` waits for the outcome, `cancel()` cancels the job's files
 * @throws TemporalUnreachableError
 */
export function startJobOutput(
  client: Client,
  task: string,
  report: JobReport,
  voms: VomsAttributes = {},
): Promise<WorkflowHandle<JobOutputWorkflow>> {
  const options = jobOutputStartOptions({ task, report, ...voms });
  return explainedStart(task, () =>
    signalWithin(client, () => client.workflow.start<JobOutputWorkflow>(WORKFLOWS.jobOutput, options)),
  );
}
