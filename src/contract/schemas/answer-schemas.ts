import { z } from 'zod';
import { FAILURE_CLASSES } from '../../domain/failure-classes.ts';
import { PUBLICATION_STATES, TRANSFER_STATES } from '../../domain/states.ts';

export const count = z.int().min(0);
export const time = z.number().min(0);
export const transferState = z.enum(TRANSFER_STATES).meta({ id: 'TransferState' });
export const publicationState = z.enum(PUBLICATION_STATES).meta({ id: 'PublicationState' });
export const failureClass = z.enum(FAILURE_CLASSES).meta({ id: 'FailureClass' });
const transferCounts = z.partialRecord(transferState, count).meta({ description: 'Files by transfer state' });
const publicationCounts = z.partialRecord(publicationState, count).meta({ description: 'Files by publication state' });

export const addFilesAnswerSchema = z
  .object({
    accepted: count.meta({ description: 'Taken, new to the task' }),
    known: count.meta({ description: 'Known already: nothing changed' }),
    superseding: count.meta({ description: 'Taken in place of an earlier generation of the same file' }),
    rejected: z.array(z.object({ jobId: z.string(), id: z.string(), rule: z.string() })),
  })
  .meta({ description: 'Answer to addFiles, counted in files' });

export const selectionAnswerSchema = z
  .object({
    files: count.meta({ description: 'Acted on' }),
    ignored: z.array(z.object({ reason: z.string(), files: count })),
  })
  .meta({ description: 'Answer to publish, cancel, retry and priority' });

const volume = z
  .object({ open: count, done: count, failed: count })
  .meta({ id: 'Volume', description: 'Bytes of files that are not final, DONE, and FAILED or KILLED' });

const incompleteJobs = z
  .object({ jobs: count, files: count, examples: z.array(z.object({ jobId: z.string(), retry: count, files: count })) })
  .meta({ id: 'IncompleteJobs', description: 'How many jobs, their files, and the first 10 of them' });

export const taskStatusSchema = z
  .object({
    task: z.string(),
    user: z.string(),
    closed: z.boolean().meta({ description: 'No more job outputs are to come' }),
    paused: z.boolean(),
    priority: z.int().min(1).max(5).nullable().meta({ description: 'In FTS, asked for this task; null for none' }),
    complete: z.boolean().meta({ description: 'Closed, and every file final' }),
    openedAt: time.meta({ description: 'When the task was opened, epoch milliseconds' }),
    lastChangeAt: time.meta({ description: 'When something last happened to one of its files, epoch milliseconds' }),
    files: count,
    jobs: z.object({ total: count, complete: count }),
    transfer: transferCounts,
    publication: publicationCounts,
    links: z.array(
      z.object({
        ...{ source: z.string(), destination: z.string(), files: count, bytes: volume, transfer: transferCounts },
        failures: z.partialRecord(failureClass, count).meta({ description: 'Files that FAILED or wait, by class' }),
        lastChangeAt: time.meta({ description: 'When something last happened to one of them; 0 for not yet' }),
      }),
    ),
    datasets: z.array(z.object({ dataset: z.string(), files: count, publication: publicationCounts })),
    failures: z.array(z.object({ class: failureClass, files: count, reasons: z.array(z.string()) })),
    rejections: z.array(z.object({ rule: z.string(), files: count })),
    held: z
      .array(z.object({ source: z.string(), destination: z.string(), reason: z.string(), files: count }))
      .meta({ description: 'What HELD files wait for' }),
    unreported: incompleteJobs.meta({ description: 'Files that their jobs announced and nobody has reported' }),
    heldBack: incompleteJobs.meta({
      description: 'Files that are not published since others of their jobs failed or never came',
    }),
    batches: z.object({ started: count, open: count, active: count, waiting: count, inWindow: count }),
    waitsFor: z.array(z.string()).meta({ description: 'What the task as a whole waits for, in words' }),
  })
  .meta({ description: 'Answer to the query status' });

const fileOutcomeSchema = z
  .object({
    key: z.string(),
    id: z.string().meta({ description: "CRAB's id of the file" }),
    destinationLfn: z.string(),
    transfer: transferState,
    publication: publicationState,
    code: z.int().nullable().meta({ description: "CRAB's exit code of the failure that ended it; null for none" }),
    reasons: z.array(z.string()).meta({ description: 'Why attempts failed, oldest first; for REJECTED the rule' }),
    publicationReason: z.string().nullable(),
    ftsJobIds: z.array(z.string()),
  })
  .meta({ id: 'FileOutcome', description: 'What became of one file' });

export const jobOutcomeSchema = z
  .object({ task: z.string(), jobId: z.string(), retry: count, files: z.array(fileOutcomeSchema) })
  .meta({ description: 'Result of jobOutput: the files in the order of the report' });

export const taskTotalsSchema = z
  .object({ task: z.string(), files: count, transfer: transferCounts, publication: publicationCounts })
  .meta({ description: 'Result of stageOut' });
