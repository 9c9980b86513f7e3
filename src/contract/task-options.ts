import type { WorkflowOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { jobOutputId, stageOutId } from './ids.ts';
import type { JobOutputInput, StartTask } from './messages.ts';
import { searchPairs } from './search-values.ts';
import { TASK_QUEUES } from './task-queues.ts';

/** How a workflow of ours is started, whoever starts it: an option of the Temporal client plus the workflow's arguments. */
export type StartOptions<Input> = Required<
  Pick<WorkflowOptions, 'workflowIdConflictPolicy' | 'workflowIdReusePolicy' | 'priority'>
> & { workflowId: string; taskQueue: string; args: [Input]; typedSearchAttributes: TypedSearchAttributes };

/**
 * How the workflow of a task is started or joined. A task that has ended may be joined again (`crab resubmit`).
 * @throws Error where the name is not that of a CRAB task: nobody would own it
 */
export function taskStartOptions(start: StartTask): StartOptions<StartTask> {
  const { task } = start;
  return {
    workflowId: stageOutId(task),
    taskQueue: TASK_QUEUES.workflows,
    args: [start],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    ...ofTask(task),
  };
}

/** How the workflow that waits for one job output is started or joined; asked again after it ended, it answers again. */
export function jobOutputStartOptions(input: JobOutputInput): StartOptions<JobOutputInput> {
  return {
    workflowId: jobOutputId(input.task, input.report.jobId, input.report.retry),
    taskQueue: TASK_QUEUES.workflows,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    ...ofTask(input.task),
  };
}

/** Whom a task's workflows are found by, and whose share of the workers they use. */
function ofTask(task: string) {
  const user = ownerOfTask(task);
  if (user === null) throw new Error(`${JSON.stringify(task.slice(0, 300))} is not the name of a CRAB task`);
  return {
    typedSearchAttributes: new TypedSearchAttributes(searchPairs({ task, user })),
    // Temporal takes keys of up to 64 bytes.
    priority: { fairnessKey: user.slice(0, 64) },
  };
}
