/**
 * The contract is written twice, once as types for workflow code, which may not use zod, and once as schemas, from which JSON Schema is
 * made. This file compiles only while both say the same; that the checks by hand do is a test.
 */
import type { z } from 'zod';
import type { FileRecord, JobReport } from '../../domain/file.ts';
import type { JobStatus } from '../job-status.ts';
import type * as messages from '../messages.ts';
import type * as answer from './answer-schemas.ts';
import type * as file from './file-schemas.ts';
import type { jobStatusSchema } from './job-schemas.ts';
import type * as message from './message-schemas.ts';

/** The same members, optional in the same places. */
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;
/** A type without the names of its parts: interfaces and intersections as the objects that they are. */
type Plain<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

type AllTrue<T extends Record<string, true>> = T;

export type SchemasSayWhatTheTypesSay = AllTrue<{
  fileRecord: Same<z.output<typeof file.fileRecordSchema>, FileRecord>;
  jobReport: Same<z.output<typeof file.jobReportSchema>, JobReport>;
  startTask: Same<z.output<typeof message.startTaskSchema>, messages.StartTask>;
  addFiles: Same<z.output<typeof message.addFilesSchema>, messages.AddFiles>;
  jobOutputInput: Same<z.output<typeof message.jobOutputInputSchema>, messages.JobOutputInput>;
  publish: Same<z.output<typeof message.publishSchema>, messages.PublishRequest>;
  cancel: Same<z.output<typeof message.cancelSchema>, messages.CancelRequest>;
  retry: Same<z.output<typeof message.retrySchema>, messages.RetryRequest>;
  priority: Same<z.output<typeof message.prioritySchema>, messages.PriorityRequest>;
  addFilesAnswer: Same<z.output<typeof answer.addFilesAnswerSchema>, messages.AddFilesAnswer>;
  selectionAnswer: Same<z.output<typeof answer.selectionAnswerSchema>, messages.SelectionAnswer>;
  taskStatus: Same<z.output<typeof answer.taskStatusSchema>, messages.TaskStatus>;
  jobOutcome: Same<z.output<typeof answer.jobOutcomeSchema>, messages.JobOutcome>;
  jobStatus: Same<z.output<typeof jobStatusSchema>, JobStatus>;
  taskTotals: Same<z.output<typeof answer.taskTotalsSchema>, messages.TaskTotals>;
}>;
