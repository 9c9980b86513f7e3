import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks } from './books.ts';
import type { Answered } from './transfer-queue.ts';
import { now, PUBLICATION_STATES, transferNumber, TRANSFER_STATES, type NewTransferRow } from './transfer-row.ts';

/**
 * PUT `fileusertransfers`: inserts a row, nobody's whatever `asoworker` says.
 * @throws CrabRefusal 400 for missing arguments, 500 for an id that is there already or an unknown state
 */
export function insertTransfer(books: CrabBooks, form: Arguments): void {
  const id = form.text('id');
  const row: NewTransferRow = {
    tm_id: id,
    tm_username: form.text('username'),
    tm_taskname: form.text('taskname'),
    tm_destination: form.text('destination'),
    tm_destination_lfn: form.text('destination_lfn'),
    tm_source: form.text('source'),
    tm_source_lfn: form.text('source_lfn'),
    tm_filesize: form.number('filesize'),
    tm_publish: form.number('publish'),
    tm_jobid: form.text('job_id'),
    tm_job_retry_count: form.number('job_retry_count'),
    tm_type: form.text('type'),
    tm_start_time: form.number('start_time'),
    ...statesOf(form),
  };
  if (books.transfers.has(id)) throw failed(`ORA-00001: row ${id} exists`);
  books.addTransfer(row);
}

/**
 * POST `fileusertransfers`: a row for another run of its job (`updateDoc`), which makes it nobody's; kills of what is new.
 * @throws CrabRefusal 400 for other subresources and missing arguments, 400 where no row fits `updateDoc`
 */
export function changeTransfers(books: CrabBooks, form: Arguments): object[] {
  const subresource = form.text('subresource');
  const username = form.text('username');
  const isNew = transferNumber('NEW');
  const kill = { tm_transfer_state: transferNumber('KILL'), tm_last_update: now() };
  if (subresource === 'updateDoc') {
    const row = books.transfers.get(form.text('id'));
    if (!row || row.tm_username !== username || row.tm_taskname !== form.text('taskname'))
      throw new CrabRefusal(400, 'MissingObject', '0 vs. 1 expected');
    books.change(row, {
      ...statesOf(form),
      tm_start_time: form.number('start_time'),
      tm_source: form.text('source'),
      tm_source_lfn: form.text('source_lfn'),
      tm_filesize: form.number('filesize'),
      tm_publish: form.number('publish'),
      tm_jobid: form.text('job_id'),
      tm_job_retry_count: form.number('job_retry_count'),
      tm_transfer_retry_count: Number(form.optional('transfer_retry_count') ?? 0),
      tm_aso_worker: null,
      tm_last_update: now(),
    });
    return [{ modified: 1 }];
  }
  const own = [...books.transfers.values()].filter((row) => row.tm_username === username);
  if (subresource === 'killTransfers') {
    const task = form.text('taskname');
    const due = own.filter((row) => row.tm_taskname === task && row.tm_transfer_state === isNew);
    for (const row of due) books.change(row, kill);
    return [{ modified: due.length }];
  }
  if (subresource === 'killTransfersById') {
    const ids = form.list('listOfIds');
    const due = own.filter((row) => ids.includes(row.tm_id) && row.tm_transfer_state === isNew);
    for (const row of due) books.change(row, kill);
    const killed = new Set(due.map(({ tm_id }) => tm_id));
    return [{ killed: [...killed], failedKill: ids.filter((id) => !killed.has(id)) }];
  }
  throw CrabRefusal.invalid("Invalid 'subresource' parameter");
}

const STATUS_COLUMNS = {
  getTransferStatus: [
    ...['tm_id', 'tm_jobid', 'tm_transfer_state', 'tm_start_time', 'tm_last_update'],
    ...['tm_fts_id', 'tm_fts_instance', 'tm_aso_worker'],
  ],
  getPublicationStatus: ['tm_id', 'tm_jobid', 'tm_publication_state', 'tm_start_time', 'tm_last_update'],
} as const;

/** GET `fileusertransfers`: a row by id, or some columns of a task's rows. @throws CrabRefusal 400 */
export function readTransfers(books: CrabBooks, query: Arguments): Answered {
  const subresource = query.text('subresource');
  if (subresource === 'getById') {
    const row = books.transfers.get(query.text('id'));
    return { desc: { columns: row ? Object.keys(row) : [] }, result: row ? [Object.values(row)] : [] };
  }
  if (subresource !== 'getTransferStatus' && subresource !== 'getPublicationStatus')
    throw CrabRefusal.invalid("Invalid 'subresource' parameter");
  const [username, task] = [query.optional('username'), query.optional('taskname')];
  if (!username) throw CrabRefusal.invalid('Username is not defined');
  if (!task) throw CrabRefusal.invalid('TaskName is not defined');
  const rows = [...books.transfers.values()].filter(
    ({ tm_username, tm_taskname }) => tm_username === username && tm_taskname === task,
  );
  const columns = STATUS_COLUMNS[subresource];
  return {
    desc: { columns: [...columns] },
    result: rows.map((row) => columns.map((column) => row[column as keyof typeof row])),
  };
}

function statesOf(form: Arguments): { tm_transfer_state: number; tm_publication_state: number } {
  const transfer = TRANSFER_STATES.findIndex((state) => state === form.text('transfer_state'));
  const publication = PUBLICATION_STATES.findIndex((state) => state === form.text('publication_state'));
  if (transfer < 0 || publication < 0) throw failed('unknown state');
  return { tm_transfer_state: transfer, tm_publication_state: publication };
}

const failed = (message: string): CrabRefusal => new CrabRefusal(500, 'ExecutionError', message);
