import { z } from 'zod';
import { MAX_RETRY } from '../../domain/ledger/message-checks.ts';

/** Types only, as the task takes them; what breaks a rule beyond (`rules` in names.json) is kept as REJECTED, with the rule. */
export const fileRecordSchema = z
  .object({
    id: z.string().meta({ description: "CRAB's id of the file: the SHA-224 of the source LFN, 56 hex digits" }),
    type: z.enum(['output', 'log']),
    source: z.string().meta({ description: 'Site where the job ran, such as T2_IT_Pisa' }),
    sourceLfn: z.string(),
    destination: z.string().meta({ description: 'Site that the owner wants the file at' }),
    destinationLfn: z.string(),
    size: z.number().meta({ description: 'Bytes' }),
    adler32: z.string().nullable().meta({ description: '8 hex digits; null for a log whose sum is not known' }),
    dataset: z.string().nullable().meta({ description: 'Output dataset /primary/processed/TIER; null for none' }),
    publish: z.boolean().meta({ description: 'Publication is asked for together with the report' }),
    startTime: z
      .number()
      .meta({ description: 'When the file was reported first, epoch seconds: part of its identity' }),
    alreadyThere: z.boolean().meta({ description: 'The job wrote to the destination itself: nothing is to be copied' }),
    crabWorker: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/)
      .exactOptional()
      .meta({ description: "Who took its row out of CRAB's queue: `aso pull`'s own" }),
  })
  .meta({ id: 'FileRecord', description: 'One file of a job output' });

export const jobReportSchema = z
  .object({
    jobId: z
      .string()
      .max(20)
      .regex(/^[0-9]+(-[0-9]+)?$/)
      .meta({ description: "CRAB's job id, such as 12 or 0-3" }),
    retry: z.int().min(0).max(MAX_RETRY).meta({ description: "CRAB's job retry count: a higher one supersedes" }),
    expected: z.int().min(0).meta({ description: 'How many files the job has in all' }),
    files: z.array(fileRecordSchema),
    waiter: z.boolean().exactOptional().meta({ description: "A jobOutput workflow waits: the project's own" }),
  })
  .meta({ id: 'JobReport', description: 'The files of one job output' });

/** Group and role of the owner's credential, where there are any. */
export const vomsFields = {
  group: z.string().exactOptional().meta({ description: 'VOMS group; absent or empty for none' }),
  role: z.string().exactOptional().meta({ description: 'VOMS role; absent or empty for none' }),
};
