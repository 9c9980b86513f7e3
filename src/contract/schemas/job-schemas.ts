import { z } from 'zod';
import { count, failureClass, publicationState, time, transferState } from './answer-schemas.ts';

/** A stage with its own states. */
const stageOf = <State extends z.ZodType>(state: State) =>
  z.object({
    state,
    reason: z
      .string()
      .nullable()
      .meta({ description: 'What went wrong, or who stopped it, in words; null for nothing' }),
    said: z.string().nullable().meta({ description: 'The same as FTS, storage, DBS or CRAB said it' }),
    waitsFor: z.string().nullable().meta({ description: 'What it waits for, in words; null for nothing' }),
    attempts: count.meta({ description: 'How often it was tried: FTS jobs; looks for metadata, or at DBS' }),
    nextTry: time.nullable().meta({ description: 'When something is tried next, epoch milliseconds' }),
  });

const fileStatusSchema = z
  .object({
    key: z.string(),
    retry: count,
    id: z.string().nullable().meta({ description: "CRAB's id of the file" }),
    type: z.enum(['output', 'log']),
    source: z.string().nullable(),
    destination: z.string().nullable(),
    destinationLfn: z.string().nullable(),
    dataset: z.string().nullable(),
    transfer: stageOf(transferState).meta({ id: 'TransferStage', description: 'Where the transfer stands' }),
    publication: stageOf(publicationState).meta({
      id: 'PublicationStage',
      description: 'Where the publication stands',
    }),
    failure: failureClass.nullable().meta({ description: 'Class of the last failure; null for none' }),
    code: z.int().nullable().meta({ description: "CRAB's exit code for it, if it ends the file" }),
    ftsJobIds: z.array(z.string()),
  })
  .meta({ id: 'FileStatus', description: 'Where a file stands; what only its record says may be null' });

export const jobStatusSchema = z
  .object({
    task: z.string(),
    jobId: z.string(),
    retry: count.meta({ description: 'The newest retry reported' }),
    expected: count.meta({ description: 'Files announced for it' }),
    unreported: count.meta({ description: 'Those of them that nobody has reported' }),
    waitsFor: z.array(z.string()).meta({ description: 'What the task as a whole waits for, in words' }),
    files: z.array(fileStatusSchema),
  })
  .meta({ description: 'Where a job output stands: what the clients make of the answers of its workflows' });
