import type { CopyOutcome } from './copy.ts';
import type { FileRow } from './rows.ts';

/** Where FTS's messages go: a topic of a broker, and JSON. */
export type Publish = (destination: string, body: string) => void;

const TOPIC = '/topic/transfer.fts_monitoring_';
const FINAL = { finished: 'Ok', failed: 'Error', aborted: 'Abort' } as const;

/**
 * What FTS tells its broker. As with FTS, only what its copies and their scheduler do is told, not what becomes of files that never ran:
 * neither those that expire in the queue nor those that are cancelled there.
 */
export class FtsMessages {
  readonly #publish: Publish;

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  /** A file has another state. */
  state(file: FileRow, now: number): void {
    const { job } = file;
    this.#send('state', {
      user_dn: job.userDn,
      src_url: file.source,
      dst_url: file.destination,
      vo_name: job.vo,
      source_se: file.sourceSe,
      dest_se: file.destinationSe,
      job_id: job.jobId,
      file_id: file.fileId,
      job_state: job.state,
      file_state: file.state,
      retry_counter: file.retries,
      retry_max: Math.max(0, job.retry),
      user_filesize: file.userSize,
      timestamp: now,
      submit_time: job.submitTime,
      staging: false,
      archiving: false,
      reason: file.reason ?? '',
      job_metadata: job.metadata,
      file_metadata: file.metadata,
    });
  }

  /** A copy has ended: once per attempt, also where FTS will make another. Sent before the file has its new state. */
  complete(file: FileRow, outcome: CopyOutcome, startedAt: number, now: number): void {
    const { job } = file;
    const took = now - startedAt;
    const size = file.size ?? file.userSize;
    const isGood = outcome.kind === 'finished';
    this.#send('complete', {
      tr_id: [minute(startedAt), file.sourceSe, file.destinationSe, file.fileId, job.jobId].join('__'),
      job_id: job.jobId,
      file_id: file.fileId,
      vo: job.vo,
      src_url: file.source,
      dst_url: file.destination,
      src_se: file.sourceSe,
      dst_se: file.destinationSe,
      t_final_transfer_state: FINAL[outcome.kind],
      t_final_transfer_state_flag: Number(isGood),
      t_error_code: 0,
      t__error_message: outcome.kind === 'failed' ? outcome.reason.replace(/[\n'"]/g, '').slice(0, 1024) : '',
      tr_timestamp_start: startedAt,
      tr_timestamp_complete: now,
      file_size: size,
      tr_bt_transfered: isGood ? size : 0,
      throughput: isGood && took > 0 ? (size / took) * 1000 : 0,
      transfer_time: took,
      retry: file.retries,
      retry_max: Math.max(0, job.retry),
      is_recoverable: outcome.kind === 'failed' && outcome.recoverable,
      job_state: job.type === 'N' || job.type === 'Y' ? 'UNKNOWN' : job.state,
      job_multihop: job.type === 'H',
      is_archiving: false,
      file_metadata: file.metadata,
      job_metadata: job.metadata,
      activity: file.activity,
    });
  }

  /** One blank stands behind the JSON. */
  #send(topic: string, body: object): void {
    this.#publish(`${TOPIC}${topic}`, `${JSON.stringify(body)} `);
  }
}

/** `YYYY-MM-DD-HHMM`. */
const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', '-').replace(':', '');
