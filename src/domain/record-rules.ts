import { crabFileId } from './digest.ts';
import type { FileRecord, JobReport } from './file.ts';
import { destinationArea, isInTemporaryArea, ownerOfTask, type Groups } from './lfn-areas.ts';

export { isJobReport, jobReportFault, isJobId } from './report-shape.ts';

/** What every record must keep to: name of the rule → what it says. */
export const RULES = {
  'task-name': 'must be a CRAB task name, <YYMMDD_HHMMSS>:<username>_crab_<name>, of at most 232 characters',
  owner: 'must be the owner of the task, the user in its name',
  'file-type': 'must be "output" or "log"',
  'site-name': 'must be a CMS site name such as T2_IT_Pisa',
  'lfn-too-long': 'must have at most 500 characters',
  'control-character': 'must not contain control characters',
  'dot-segment': 'must not contain the path segments "." and ".."',
  'double-slash': 'must not contain "//"',
  'lfn-characters': 'must be a file name of letters, digits and - . _ + = ~ , : @ in directories from / on',
  'source-area': 'must lie under /store/temp/user/<username>.<hash>/ of the owner of the task',
  'destination-area':
    'must lie in an area of the owner of the task: /store/user/<username>/, /store/group/<group>/ and such',
  'group-membership': 'must lie in the area of a group that the owner of the task is a member of',
  'same-file': 'must differ from the source',
  size: 'must be a number of bytes, 0 or more',
  adler32: 'must be an Adler-32 sum in 8 hex digits',
  'dataset-name': 'must be a dataset name /primary/processed/TIER',
  'publish-log': 'must be 0 for a log',
  'publish-without-dataset': 'must be 0 for a file without an output dataset',
  'start-time': 'must be a time in epoch seconds',
  'id-format': 'must be 56 hex digits',
  'id-hash': 'must be the SHA-224 of the source LFN',
  'job-id': 'must be a job id of CRAB such as 12 or 0-3',
  'retry-count': 'must be a whole number, 0 or more',
  'expected-files': 'must be at least the number of files reported',
  'duplicate-id': 'must not be reported twice for one job',
  'duplicate-destination': 'must not be the destination of two files of one job',
  // These two only the task itself can check, against its other files.
  'destination-taken': 'must not be the destination of another file of the task',
  'already-published': 'must not replace a file that is published',
} as const;
export type Rule = keyof typeof RULES;

/** A rule that something breaks, and where. */
export interface Breach {
  /** Name of the field in FileRecord or JobReport; `task` for the task name. */
  field: keyof FileRecord | keyof JobReport | 'task';
  rule: Rule;
}

const LFN_MAX = 500;
const SITE_NAME = /^T[0-3]_[A-Z]{2}(?:_[A-Za-z0-9]+)+$/;
const SITE_NAME_MAX = 100;
/** Name of a dataset, as DBS has it. */
export const DATASET_NAME = /^\/[a-zA-Z0-9\-_]{1,99}\/[a-zA-Z0-9.\-_]{1,199}\/[A-Z-]{1,50}$/;

/**
 * Every rule that a record breaks, the likeliest cause first: what follows from an earlier breach comes later.
 * @param task name of the task it was reported for
 * @param groups members of the groups; without it any group is allowed
 */
export function checkRecord(record: FileRecord, task: string, groups?: Groups): Breach[] {
  const owner = ownerOfTask(task);
  if (owner === null) return [{ field: 'task', rule: 'task-name' }];
  const breaches: Breach[] = [];
  const demand = (holds: boolean, field: Breach['field'], rule: Rule): void => {
    if (!holds) breaches.push({ field, rule });
  };
  demand(record.type === 'output' || record.type === 'log', 'type', 'file-type');
  demand(isSiteName(record.source), 'source', 'site-name');
  demand(isSiteName(record.destination), 'destination', 'site-name');
  breaches.push(...checkLfns(record, owner, groups));
  demand(isWhole(record.size), 'size', 'size');
  demand(hasChecksum(record), 'adler32', 'adler32');
  demand(record.dataset === null || DATASET_NAME.test(record.dataset), 'dataset', 'dataset-name');
  demand(!(record.publish && record.type === 'log'), 'publish', 'publish-log');
  demand(!record.publish || record.type === 'log' || record.dataset !== null, 'publish', 'publish-without-dataset');
  demand(isWhole(record.startTime) && record.startTime > 0, 'startTime', 'start-time');
  if (!/^[0-9a-f]{56}$/.test(record.id)) breaches.push({ field: 'id', rule: 'id-format' });
  else demand(record.id === crabFileId(record.sourceLfn), 'id', 'id-hash');
  return breaches;
}

/**
 * The rules of a report as a whole, its files aside. A file reported twice counts where it stands the second time.
 * @returns breaches; those of a file with its index
 */
export function checkReport(report: JobReport): (Breach & { file?: number })[] {
  const breaches: (Breach & { file?: number })[] = [];
  if (report.expected < report.files.length) breaches.push({ field: 'expected', rule: 'expected-files' });
  const ids = new Set<string>();
  const destinations = new Set<string>();
  for (const [file, record] of report.files.entries()) {
    const destination = `${record.destination}:${record.destinationLfn}`;
    if (ids.has(record.id)) breaches.push({ field: 'id', rule: 'duplicate-id', file });
    else if (destinations.has(destination)) breaches.push({ field: 'destinationLfn', rule: 'duplicate-destination', file }); // prettier-ignore
    ids.add(record.id);
    destinations.add(destination);
  }
  return breaches;
}

function checkLfns(record: FileRecord, owner: string, groups: Groups | undefined): Breach[] {
  const { sourceLfn, destinationLfn } = record;
  const breaches: Breach[] = [];
  const sourceForm = formBreach(sourceLfn);
  const destinationForm = formBreach(destinationLfn);
  if (sourceForm) breaches.push({ field: 'sourceLfn', rule: sourceForm });
  else if (!isSourceArea(record, owner, groups)) breaches.push({ field: 'sourceLfn', rule: 'source-area' });
  const area = destinationForm ? null : destinationArea(destinationLfn, owner, groups);
  if (destinationForm) breaches.push({ field: 'destinationLfn', rule: destinationForm });
  else if (area === 'foreign-group') breaches.push({ field: 'destinationLfn', rule: 'group-membership' });
  else if (area === 'elsewhere') breaches.push({ field: 'destinationLfn', rule: 'destination-area' });
  const itself = record.source === record.destination && sourceLfn === destinationLfn;
  if (itself && !record.alreadyThere) breaches.push({ field: 'destinationLfn', rule: 'same-file' });
  return breaches;
}

/** A job that wrote to the destination itself has its source there, or names the temporary place it would have used. */
function isSourceArea(record: FileRecord, owner: string, groups: Groups | undefined): boolean {
  if (isInTemporaryArea(record.sourceLfn, owner)) return true;
  return record.alreadyThere && ['own', 'group', 'local'].includes(destinationArea(record.sourceLfn, owner, groups));
}

/** The rule about how LFNs are written that this one breaks: LFNs become parts of URLs. */
function formBreach(lfn: string): Rule | null {
  if (lfn.length > LFN_MAX) return 'lfn-too-long';
  if (/\p{Cc}/u.test(lfn)) return 'control-character';
  if (/(^|\/)\.{1,2}(\/|$)/.test(lfn)) return 'dot-segment';
  if (lfn.includes('//')) return 'double-slash';
  return /^(?:\/[A-Za-z0-9._+=~,:@-]+)+$/.test(lfn) ? null : 'lfn-characters';
}

/** A CMS site name such as T2_IT_Pisa. */
export const isSiteName = (name: string): boolean => name.length <= SITE_NAME_MAX && SITE_NAME.test(name);
const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** A log may come without a sum: CRAB does not know it for logs that the job itself did not write down. Rows of CRAB's queue have none at all. */
const hasChecksum = ({ adler32, type, crabWorker }: FileRecord): boolean =>
  adler32 === null ? type === 'log' || crabWorker !== undefined : /^[0-9a-f]{8}$/i.test(adler32);
