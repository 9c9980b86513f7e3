import { z } from 'zod';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.ts';
import { flag, number, whole } from './setting.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

type NumericKey = { [Key in keyof Policy]: Policy[Key] extends number ? Key : never }[keyof Policy];

/** A time: fractions of a second are of use in tests only, but harmless. */
const time = (key: NumericKey, min: number, max: number, description: string) =>
  number(DEFAULT_POLICY[key], min, max, 's', description);

const count = (key: NumericKey, min: number, max: number, unit: string, description: string) =>
  whole(DEFAULT_POLICY[key], min, max, unit, description);

/** Bounds of the policy; what each setting means in detail stands in src/domain/policy.ts. */
export const policySchema = z.strictObject({
  maxFilesPerFtsJob: count('maxFilesPerFtsJob', 1, 200, 'files', 'Files of one FTS job'),
  batchWindow: time(
    'batchWindow',
    0,
    HOUR,
    'A batch leaves when its oldest file has waited so long; a lone job output at once where none left within it',
  ),
  maxActiveFtsJobs: count('maxActiveFtsJobs', 1, 1000, 'jobs', 'FTS jobs of one task at a time'),
  followFirst: time('followFirst', 0.05, HOUR, 'First look at an FTS job'),
  followMax: time('followMax', 0.05, HOUR, 'Longest pause between two looks'),
  followGrid: time('followGrid', 0.01, 300, 'Looks of all jobs of a server and credential fall on this grid'),
  fileTimeout: time('fileTimeout', 1, 7 * DAY, 'A file without change in FTS for so long is given up in this attempt'),
  jobTimeout: time('jobTimeout', 1, 7 * DAY, 'An FTS job is given up after so long'),
  stageOutTimeout: time('stageOutTimeout', 1, 30 * DAY, "A file's time over all attempts; keep it below CRAB's own"),
  taskLifetime: time('taskLifetime', 1, 365 * DAY, 'A task is closed after so long'),
  retryDelay: time('retryDelay', 0, DAY, 'First pause before a failed file is sent again'),
  retryDelayMax: time('retryDelayMax', 0, 7 * DAY, 'Longest pause before a failed file is sent again'),
  retryFor: time('retryFor', 0, 30 * DAY, 'A failure that may last ends a file only when it has gone on for so long'),
  cancelGrace: time('cancelGrace', 0, HOUR, 'No new attempt until a cancelled FTS row has been final for so long'),
  maxFilesPerBlock: count('maxFilesPerBlock', 1, 500, 'files', 'Files of a DBS block'),
  maxLumisPerBlock: count('maxLumisPerBlock', 1, 1_000_000, 'lumis', 'Lumi sections of a DBS block'),
  maxBytesPerBlock: count('maxBytesPerBlock', 1, Number.MAX_SAFE_INTEGER, 'bytes', 'Bytes of the files of a DBS block'),
  blockTimeout: time('blockTimeout', 0, 30 * DAY, 'A partial block leaves when its oldest file has waited so long'),
  metadataTimeout: time('metadataTimeout', 0, 30 * DAY, 'A file whose metadata CRAB still lacks is then set aside'),
  cleanupDelay: time('cleanupDelay', 0, DAY, 'First pause before a failed clean-up is tried again'),
  cleanupDelayMax: time('cleanupDelayMax', 0, 7 * DAY, 'Longest pause before a failed clean-up is tried again'),
  cleanupTimeout: time('cleanupTimeout', 0, 30 * DAY, 'A source whose removal fails for so long is left behind'),
  sourceRetention: time(
    'sourceRetention',
    0,
    365 * DAY,
    'Sources left behind are kept so long before a sweep may remove them',
  ),
  ftsMaxTimeInQueue: time('ftsMaxTimeInQueue', 1, 7 * DAY, "Time a file may wait in FTS's queue"),
  ftsPriority: count('ftsPriority', 1, 5, '', 'FTS priority, 5 is first'),
  crabBookkeeping: flag(DEFAULT_POLICY.crabBookkeeping, "CRAB's rows of the files are told what becomes of them"),
  crabTimeout: time('crabTimeout', 60, 365 * DAY, 'What CRAB has not taken after so long is given up; its row stays'),
  crabSettle: time(
    'crabSettle',
    0.05,
    HOUR,
    'Rows that CRAB may have been told twice are looked at again after so long',
  ),
} satisfies Record<keyof Policy, z.ZodType>);
