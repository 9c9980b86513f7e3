export { affectedFiles, type Act } from './affected-files.ts';
export { findStuck, type StuckOptions } from './stuck/find-stuck.ts';
export type { Cause, StuckGroup } from './stuck/finding.ts';
export { askTasks, sumSelections, type TaskAct } from './bulk.ts';
export { connect, type AsoConnection } from './connect.ts';
export {
  JobFailedError,
  JobNotFoundError,
  NoAnswerError,
  RequestRefusedError,
  TaskEndedError,
  TaskNotFoundError,
  TemporalUnreachableError,
} from './errors.ts';
export { followSignal } from './follow-signal.ts';
export { jobOutcome, jobOutcomeNow, jobOutcomes, type JobResult } from './job-outcomes.ts';
export { jobStatus } from './job-status.ts';
export { eachTask, listTasks, type ListedTask, type TasksWanted } from './list-tasks.ts';
export { askForRules, operate, operationsJournal, operatorRules, reportOutcomes } from './operations.ts';
export { taskPublications, type DatasetPublication } from './publications.ts';
export {
  cancelTask,
  closeTask,
  isTaskRunning,
  pauseTask,
  requestPublication,
  resumeTask,
  retryTask,
  setTaskPriority,
  taskStatus,
} from './requests.ts';
export { addFiles, reportJob, startJobOutput, type JobOutputWorkflow } from './submit.ts';
export { taskSources, type SourceFile, type TaskSources } from './sources.ts';
export { sweepSources } from './sweep.ts';
export { surveyTasks, type SurveyedTask, type SurveyOptions } from './survey.ts';
export { taskWaits, type TaskWait } from './task-waits.ts';
export { taskFiles, taskLedgerFiles, type TaskFile } from './task-files.ts';
export { makeCurrent, rampTo, workerVersions, type WorkerVersion, type WorkerVersions } from './worker-versions.ts';
