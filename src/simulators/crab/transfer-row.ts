/** States of a transfer; a row holds the index. */
export const TRANSFER_STATES = ['NEW', 'ACQUIRED', 'FAILED', 'DONE', 'RETRY', 'SUBMITTED', 'KILL', 'KILLED'] as const;
/** States of a publication; a row holds the index. */
export const PUBLICATION_STATES = ['NEW', 'ACQUIRED', 'FAILED', 'DONE', 'RETRY', 'NOT_REQUIRED'] as const;

export const transferNumber = (state: (typeof TRANSFER_STATES)[number]): number => TRANSFER_STATES.indexOf(state);
export const publicationNumber = (state: (typeof PUBLICATION_STATES)[number]): number =>
  PUBLICATION_STATES.indexOf(state);

/** A row of CRAB's table `filetransfersdb`. */
export interface TransferRow {
  tm_id: string;
  tm_username: string;
  tm_taskname: string;
  tm_destination: string;
  tm_destination_lfn: string;
  tm_source: string;
  tm_source_lfn: string;
  /** Bytes. */
  tm_filesize: number;
  tm_publish: number;
  tm_jobid: string;
  tm_job_retry_count: number;
  tm_type: string;
  /** Who works on it; null for nobody. */
  tm_aso_worker: string | null;
  tm_transfer_retry_count: number;
  tm_transfer_max_retry_count: number;
  tm_publication_retry_count: number;
  tm_publication_max_retry_count: number;
  tm_transfer_state: number;
  tm_publication_state: number;
  tm_transfer_failure_reason: string | null;
  tm_publication_failure_reason: string | null;
  tm_fts_id: string | null;
  tm_fts_instance: string | null;
  /** Epoch seconds, as the start. */
  tm_last_update: number;
  tm_start_time: number;
  tm_end_time: number | null;
  tm_dbs_blockname: string | null;
  tm_block_complete: string | null;
}

/** What is to be said of a row that is inserted. */
export type NewTransferRow = Pick<
  TransferRow,
  | 'tm_id'
  | 'tm_username'
  | 'tm_taskname'
  | 'tm_destination'
  | 'tm_destination_lfn'
  | 'tm_source'
  | 'tm_source_lfn'
  | 'tm_filesize'
  | 'tm_jobid'
  | 'tm_job_retry_count'
  | 'tm_type'
  | 'tm_start_time'
> &
  Partial<TransferRow>;

/** A row as it stands after its insertion: new, nobody's. */
export const newTransferRow = (row: NewTransferRow): TransferRow => ({
  tm_publish: 0,
  tm_aso_worker: null,
  tm_transfer_retry_count: 0,
  tm_transfer_max_retry_count: 2,
  tm_publication_retry_count: 0,
  tm_publication_max_retry_count: 2,
  tm_transfer_state: transferNumber('NEW'),
  tm_publication_state: publicationNumber('NOT_REQUIRED'),
  tm_transfer_failure_reason: null,
  tm_publication_failure_reason: null,
  tm_fts_id: null,
  tm_fts_instance: null,
  tm_last_update: now(),
  // Never written by CRAB.
  tm_end_time: null,
  tm_dbs_blockname: null,
  tm_block_complete: null,
  ...row,
});

/** Epoch seconds. */
export const now = (): number => Math.floor(Date.now() / 1000);
