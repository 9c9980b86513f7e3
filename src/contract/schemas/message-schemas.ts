import { z } from 'zod';
import { FAILURE_CLASSES } from '../../domain/failure-classes.ts';
import { PRIORITIES } from '../../domain/ledger/priority.ts';
import { MAX_JOBS } from '../../domain/ledger/message-checks.ts';
import { jobReportSchema, vomsFields } from './file-schemas.ts';

const task = z.string().meta({ description: 'CRAB task name, <YYMMDD_HHMMSS>:<username>_crab_<name>' });

export const startTaskSchema = z
  .object({ task, ...vomsFields })
  .meta({ description: 'Argument that stageOut is started with; group and role of the first start hold' });

export const addFilesSchema = z
  .object({ jobs: z.array(jobReportSchema).max(MAX_JOBS) })
  .meta({ description: 'Message addFiles: job outputs to stage out, at most 256 KiB a message' });

export const jobOutputInputSchema = z
  .object({ task, report: jobReportSchema, ...vomsFields })
  .meta({ description: 'Argument that jobOutput is started with' });

const selectionFields = {
  files: z.array(z.string()).optional().meta({ description: "CRAB's ids of the files; absent for all" }),
  jobs: z.array(z.string()).optional().meta({ description: 'Job ids; absent for all' }),
  classes: z
    .array(z.enum(FAILURE_CLASSES))
    .optional()
    .meta({ description: 'Only files that FAILED, or wait for another attempt, for one of these reasons' }),
  sources: z.array(z.string()).optional().meta({ description: 'Only files from these sites' }),
  destinations: z.array(z.string()).optional().meta({ description: 'Only files to these sites' }),
};

export const publishSchema = z
  .strictObject({
    ...selectionFields,
    now: z.boolean().exactOptional().meta({
      description:
        'Ask for nothing new: what waits for a block to fill leaves at once, with all that waits for the same dataset',
    }),
  })
  .meta({ description: 'Message publish: these files are to be published once their jobs are complete and DONE' });

export const cancelSchema = z
  .strictObject({
    ...selectionFields,
    reason: z.string().min(1),
    by: z.string().min(1).meta({ description: 'Who asks' }),
  })
  .meta({ description: 'Message cancel: these transfers are to end, down to FTS' });

export const retrySchema = z
  .strictObject({
    ...selectionFields,
    what: z
      .enum(['transfer', 'publication'])
      .exactOptional()
      .meta({ description: 'What is to be tried again; both where absent' }),
  })
  .meta({ description: 'Message retry: what FAILED is to be tried again' });

export const prioritySchema = z
  .object({
    priority: z
      .int()
      .min(PRIORITIES.lowest)
      .max(PRIORITIES.highest)
      .meta({ description: 'Of all its transfers that are not final, in FTS; 5 goes first' }),
  })
  .meta({ description: 'Message priority: the transfers of the task go with this one, those in FTS, too' });

/** close, pause and resume: nothing is said with them. */
export const noArgumentSchema = z.null().meta({ description: 'Messages close, pause and resume take no argument' });
