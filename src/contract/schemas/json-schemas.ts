import { z } from 'zod';
import { crabRecordSchema } from '../crab-record.ts';
import * as answers from './answer-schemas.ts';
import { jobStatusSchema } from './job-schemas.ts';
import * as messages from './message-schemas.ts';

/**
 * Version of the messages. Within one, only optional fields are added; whoever reads a message passes over fields that it does not know.
 */
export const CONTRACT_VERSION = 1;

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'crab-record': crabRecordSchema,
  StartTask: messages.startTaskSchema,
  JobOutputInput: messages.jobOutputInputSchema,
  addFiles: messages.addFilesSchema,
  publish: messages.publishSchema,
  cancel: messages.cancelSchema,
  retry: messages.retrySchema,
  priority: messages.prioritySchema,
  close: messages.noArgumentSchema,
  pause: messages.noArgumentSchema,
  resume: messages.noArgumentSchema,
  AddFilesAnswer: answers.addFilesAnswerSchema,
  SelectionAnswer: answers.selectionAnswerSchema,
  TaskStatus: answers.taskStatusSchema,
  JobOutcome: answers.jobOutcomeSchema,
  JobStatus: jobStatusSchema,
  TaskTotals: answers.taskTotalsSchema,
};

/** The contract as JSON Schema (2020-12), by name: what may be sent and what is answered. Each stands alone. */
export function contractJsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [name, { $schema, $id: `urn:asyncstageout:v${CONTRACT_VERSION}:${name}`, title: name, ...rest }];
    }),
  );
}
