import { FtsRefusal } from './answers.ts';
import type { FileRow, JobRow, JobType } from './rows.ts';
import { planFiles, verifyChecksumOf } from './submission-files.ts';
import { internalParamsOf, overwriteOf, paramsOf, sidOf } from './submission-params.ts';
import { isFlag, isTruthy, iterate, toInt, toMetadata, toSeconds, type Dictionary } from './submission-values.ts';

/** A file as submitted. */
export type PlannedFile = Pick<
  FileRow,
  | 'index'
  | 'source'
  | 'destination'
  | 'sourceSe'
  | 'destinationSe'
  | 'state'
  | 'userSize'
  | 'checksum'
  | 'metadata'
  | 'stagingMetadata'
  | 'archiveMetadata'
  | 'activity'
  | 'selectionStrategy'
  | 'scitag'
>;

/** A job as submitted, checked and with FTS's defaults. */
export type PlannedJob = Pick<
  JobRow,
  | 'sid'
  | 'type'
  | 'state'
  | 'priority'
  | 'metadata'
  | 'sourceSe'
  | 'destinationSe'
  | 'overwriteFlag'
  | 'verifyChecksum'
  | 'retry'
  | 'retryDelay'
  | 'queueDeadline'
  | 'internalParams'
  | 'sourceSpacetoken'
  | 'destinationSpacetoken'
  | 'copyPinLifetime'
  | 'bringOnline'
  | 'archiveTimeout'
  | 'dstFileReport'
> & { files: PlannedFile[] };

/** Limits and refusals an operator sets. */
export interface SubmissionRules {
  /** Characters of JSON. */
  jobMetadataLimit: number;
  fileMetadataLimit: number;
  /** Storages (`scheme://host`) that are banned. */
  bannedStorages: ReadonlySet<string>;
  /** Names the storage of a PFN; null: scheme and host, as FTS does. */
  storageOf: ((pfn: string) => string) | null;
}

const STRATEGIES =
  /^(orderly|queue|auto|success|throughput|file-throughput|pending-data|waiting-time|waiting-time-with-error|duration)$/;

/**
 * Checks a submission's body in FTS's order and with FTS's messages, and derives the job it makes.
 *
 * @param now epoch ms
 * @throws FtsRefusal 400, 403 (banned storage), 405 (deletion), 500 (where FTS's own code stumbles)
 */
export function planJob(body: Dictionary, rules: SubmissionRules, now: number): PlannedJob {
  const params = paramsOf(body);
  const metadata = params['job_metadata'] === null ? {} : toMetadata(params['job_metadata'], rules.jobMetadataLimit);
  if ((body['delete'] ?? null) !== null) throw new FtsRefusal(405, 'Deletion jobs are no longer supported by FTS');
  const entries = body['files'] ?? null;
  if (entries === null) throw new FtsRefusal(400, 'No transfers operations specified');
  const sid = sidOf(params);

  const isMultihop = isTruthy(params['multihop']);
  const requested: JobType = isMultihop ? 'H' : isFlag(params['reuse']) ? 'Y' : 'N';
  const [pin, bringOnline] = [toInt(params['copy_pin_lifetime']), toInt(params['bring_online'])];
  const state = pin > 0 || bringOnline > 0 ? 'STAGING' : 'SUBMITTED';
  const queueSeconds = toSeconds(params['max_time_in_queue']);
  const overwriteFlag = overwriteOf(params, requested);
  const columns = {
    retry: toInt(params['retry']),
    retryDelay: toInt(params['retry_delay']),
    priority: Math.max(1, Math.min(5, toInt(params['priority']))),
    dstFileReport: isFlag(params['dst_file_report']),
    archiveTimeout: toInt(params['archive_timeout']),
    internalParams: internalParamsOf(params),
  };

  const files = iterate(entries).flatMap((entry, index) => planFiles(entry, index, state, isMultihop, rules));
  if (files.length === 0) throw new FtsRefusal(400, 'No valid pairs available');
  const verifyChecksum = verifyChecksumOf(params['verify_checksum'], files);
  const plan = {
    files: files.map((file) => ({ ...file, checksum: (file.checksum ?? 'ADLER32') as string })),
    sourceSe: isMultihop ? (files[0]?.sourceSe ?? null) : common(files.map((file) => file.sourceSe)),
    destinationSe: isMultihop ? (files.at(-1)?.destinationSe ?? null) : common(files.map((file) => file.destinationSe)),
  };
  const type = typeOf(requested, plan);
  const [first] = plan.files;
  if (first && (type === 'R' || type === 'H')) first.state = state;
  for (const { sourceSe, destinationSe } of files) {
    for (const storage of [sourceSe, destinationSe]) {
      if (rules.bannedStorages.has(storage)) throw new FtsRefusal(403, `${storage} is banned`);
    }
  }
  return {
    ...columns,
    ...plan,
    sid,
    type,
    state,
    metadata,
    overwriteFlag,
    verifyChecksum,
    queueDeadline: queueSeconds === null ? null : Math.trunc(now / 1000 + queueSeconds),
    sourceSpacetoken: (params['source_spacetoken'] ?? null) as string | null,
    destinationSpacetoken: (params['destination_spacetoken'] ?? null) as string | null,
    copyPinLifetime: pin,
    bringOnline,
  };
}

function typeOf(
  requested: JobType,
  { files, sourceSe, destinationSe }: Pick<PlannedJob, 'files' | 'sourceSe' | 'destinationSe'>,
): JobType {
  const distinct = new Set(files.map(({ index }) => index)).size;
  const hasReplicas = distinct < files.length;
  if (hasReplicas && requested !== 'N') {
    const both = 'multiple replica job together with multihop or session reuse at the same time';
    throw new FtsRefusal(400, `Can not request ${both}`);
  }
  if (hasReplicas && distinct > 1) throw new FtsRefusal(400, 'Multiple replica jobs must only have one unique file');
  if (requested === 'Y' && (sourceSe === null || destinationSe === null)) {
    throw new FtsRefusal(400, 'Reuse jobs must only contain transfers for the same source ad destination storage');
  }
  if (!hasReplicas) return requested;
  const strategy = files[0]?.selectionStrategy ?? 'auto';
  if (!STRATEGIES.test(strategy)) throw new FtsRefusal(400, `${strategy} algorithm is not supported by Scheduler`);
  return 'R';
}

/** The value that all share, null where they differ. */
function common(values: readonly string[]): string | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}
