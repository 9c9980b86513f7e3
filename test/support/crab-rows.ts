import type { JobReport } from '../../src/domain/file.ts';
import { ownerOfTask } from '../../src/domain/lfn-areas.ts';
import {
  PUBLICATION_STATES,
  publicationNumber,
  TRANSFER_STATES,
  type NewTransferRow,
  type TransferRow,
} from '../../src/simulators/crab/transfer-row.ts';
import type { World } from './world.ts';

/** A job's files as rows of CRAB's table, as PostJob puts them there. */
export const rowsOf = (task: string, { jobId, retry, files }: JobReport): NewTransferRow[] =>
  files.map((file) => ({
    tm_id: file.id,
    tm_username: ownerOfTask(task) ?? '',
    tm_taskname: task,
    tm_destination: file.destination,
    tm_destination_lfn: file.destinationLfn,
    tm_source: file.source,
    tm_source_lfn: file.sourceLfn,
    tm_filesize: file.size,
    tm_jobid: jobId,
    tm_job_retry_count: retry,
    tm_type: file.type,
    tm_start_time: file.startTime,
    tm_publish: file.publish ? 1 : 0,
    tm_publication_state: publicationNumber(file.publish ? 'NEW' : 'NOT_REQUIRED'),
  }));

/** Puts the files of a job into CRAB's table. */
export function addRows(world: World, task: string, report: JobReport): void {
  for (const row of rowsOf(task, report)) world.crab.books.addTransfer(row);
}

/** A row's states by their names, and what else a user is shown. */
export interface RowView {
  transfer: (typeof TRANSFER_STATES)[number] | undefined;
  publication: (typeof PUBLICATION_STATES)[number] | undefined;
  reason: string | null;
  publicationReason: string | null;
  ftsId: string | null;
  worker: string | null;
}

export const viewOf = (row: TransferRow | undefined): RowView | null =>
  row
    ? {
        transfer: TRANSFER_STATES[row.tm_transfer_state],
        publication: PUBLICATION_STATES[row.tm_publication_state],
        reason: row.tm_transfer_failure_reason,
        publicationReason: row.tm_publication_failure_reason,
        ftsId: row.tm_fts_id,
        worker: row.tm_aso_worker,
      }
    : null;

/** What CRAB's row of each file of a job says, in the order of the files. */
export const rowsIn = (world: World, { files }: JobReport): (RowView | null)[] =>
  files.map(({ id }) => viewOf(world.crab.books.transfers.get(id)));
