import type { JobReport } from './file.ts';

type Fields = Record<string, (value: unknown) => boolean>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
/** As CRAB's REST takes it, without the sign that means anybody. */
const isWorkerName = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** A job id of CRAB: `12`, or `0-3` for a job of an automatic splitting; it becomes part of workflow ids. At most 20 characters, as CRAB's tables. */
export const isJobId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 20 && /^\d+(-\d+)?$/.test(value);

/** The types only: what the values must be, the record rules say, so that a file that breaks one is kept as REJECTED. */
const FILE_FIELDS: Fields = {
  id: isText,
  type: (value) => value === 'output' || value === 'log',
  source: isText,
  sourceLfn: isText,
  destination: isText,
  destinationLfn: isText,
  size: isNumber,
  adler32: isTextOrNull,
  dataset: isTextOrNull,
  publish: isFlag,
  startTime: isNumber,
  alreadyThere: isFlag,
  crabWorker: (value) => value === undefined || isWorkerName(value),
};

const REPORT_FIELDS: Fields = {
  jobId: isJobId,
  retry: isCount,
  expected: isCount,
  files: Array.isArray,
  waiter: (value) => value === undefined || isFlag(value),
};

/**
 * The first field of a would-be JobReport that is missing or of the wrong type, e.g. `files[2].size`; null where it is one.
 * Anybody may signal anything to a task, so that nothing is taken for granted. By hand: it runs inside workflows.
 */
export function jobReportFault(value: unknown): string | null {
  const fault = faultIn(value, REPORT_FIELDS, 'report');
  if (fault) return fault;
  for (const [i, file] of (value as { files: unknown[] }).files.entries()) {
    const inFile = faultIn(file, FILE_FIELDS, '');
    if (inFile !== null) return inFile ? `files[${i}].${inFile}` : `files[${i}]`;
  }
  return null;
}

/** The value has the shape of a JobReport; `jobReportFault` says what is wrong where it does not. */
export const isJobReport = (value: unknown): value is JobReport => jobReportFault(value) === null;

function faultIn(value: unknown, fields: Fields, name: string): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return name;
  for (const [field, holds] of Object.entries(fields)) {
    // Own fields only: what hangs on the prototype was not sent.
    const given = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
    if (!holds(given)) return field;
  }
  return null;
}
