import type { FileRow, JobRow } from './rows.ts';

const HOST = 'fts-simulator';

/** A time as FTS writes it: UTC, without zone and fraction. */
export const wireTime = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString().slice(0, 19);

/** A job's columns under FTS's JSON names. */
export function jobView(job: JobRow): Record<string, unknown> {
  return {
    job_id: job.jobId,
    job_state: job.state,
    job_type: job.type,
    cancel_job: job.cancelled,
    source_se: job.sourceSe,
    dest_se: job.destinationSe,
    user_dn: job.userDn,
    cred_id: job.delegationId,
    vo_name: job.vo,
    reason: job.reason,
    submit_time: wireTime(job.submitTime),
    submit_host: HOST,
    priority: job.priority,
    max_time_in_queue: job.queueDeadline,
    destination_spacetoken: job.destinationSpacetoken,
    source_spacetoken: job.sourceSpacetoken,
    internal_job_params: job.internalParams,
    dst_file_report: job.dstFileReport,
    overwrite_flag: job.overwriteFlag,
    job_finished: wireTime(job.finishTime),
    copy_pin_lifetime: job.copyPinLifetime,
    verify_checksum: job.verifyChecksum,
    bring_online: job.bringOnline,
    archive_timeout: job.archiveTimeout,
    target_qos: null,
    job_metadata: job.metadata,
    retry: job.retry,
    retry_delay: job.retryDelay,
    os_project_id: null,
  };
}

/** A file's columns under FTS's JSON names. */
export function fileView(file: FileRow): Record<string, unknown> {
  const started = file.attempts.length > 0;
  const megabytes = (file.size ?? 0) / 2 ** 20;
  return {
    file_id: file.fileId,
    // Any spread over 0..65535 will do: FTS draws it.
    hashed_id: (file.fileId * 40_503) % 65_536,
    file_index: file.index,
    job_id: file.job.jobId,
    dest_surl_uuid: null,
    vo_name: file.job.vo,
    source_se: file.sourceSe,
    dest_se: file.destinationSe,
    priority: file.priority,
    file_state: file.state,
    transfer_host: started ? HOST : null,
    source_surl: file.source,
    dest_surl: file.destination,
    staging_host: null,
    reason: file.reason ?? (started ? '' : null),
    recoverable: file.recoverable ?? (started ? false : null),
    // A copy that failed before it saw the source reports none.
    filesize: file.size ?? (file.state === 'FAILED' ? 0 : null),
    checksum: file.checksum,
    finish_time: wireTime(file.finishTime),
    start_time: wireTime(file.startTime),
    archive_start_time: null,
    archive_finish_time: null,
    internal_file_params: started ? 'nostreams:0,timeout:600,buffersize:0' : null,
    pid: file.pid,
    tx_duration: file.duration ?? (started ? 0 : null),
    throughput: file.state === 'FINISHED' && file.duration ? megabytes / file.duration : started ? 0 : null,
    retry: file.retries,
    user_filesize: file.userSize,
    file_metadata: file.metadata,
    staging_metadata: file.stagingMetadata,
    archive_metadata: file.archiveMetadata,
    staging_start: null,
    staging_finished: null,
    selection_strategy: file.selectionStrategy,
    bringonline_token: null,
    log_file: started ? logFile(file) : null,
    log_debug: started ? 0 : null,
    activity: file.activity,
    scitag: file.scitag,
    src_token_id: null,
    dst_token_id: null,
    file_state_initial: '',
  };
}

/** The named columns of a file; names FTS does not know are dropped. */
export function fileFields(file: FileRow, fields: readonly string[]): Record<string, unknown> {
  return pick(fileView(file), fields);
}

/** The named entries of a view, in the order named. */
export function pick(view: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => field in view).map((field) => [field, view[field]]));
}

/** A file's retries, each with the whole file as FTS sends it. */
export function retriesView(file: FileRow): object[] {
  return file.retryLog.map(({ attempt, at, reason }) => ({
    attempt,
    datetime: wireTime(at),
    file_id: file.fileId,
    log_file: logFile(file),
    reason,
    transfer_host: HOST,
    file: fileView(file),
  }));
}

function logFile(file: FileRow): string {
  const [source, destination] = [file.sourceSe, file.destinationSe].map((storage) => storage.replace(/^.*:\/\//, ''));
  const time = new Date(file.attempts[0]?.startedAt ?? file.job.submitTime).toISOString();
  const stamp = `${time.slice(0, 10)}-${time.slice(11, 16).replace(':', '')}`;
  return `/var/log/fts3/${stamp}__${source}__${destination}__${file.fileId}__${file.job.jobId}`;
}
