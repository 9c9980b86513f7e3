import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks } from './books.ts';

const POSTED = [
  ...['acquireTransfers', 'acquirePublication', 'updateTransfers', 'updatePublication', 'updateRucioInfo'],
  ...['retryPublication', 'retryTransfers', 'killTransfers'],
];

const REQUIRED_TEXTS = [
  ...['id', 'username', 'taskname', 'destination', 'destination_lfn', 'source', 'source_lfn', 'job_id', 'type'],
  ...['transfer_state', 'publication_state'],
];
const REQUIRED_NUMBERS = ['filesize', 'publish', 'job_retry_count', 'start_time'];
const TRANSFER_STATES = ['NEW', 'ACQUIRED', 'FAILED', 'DONE', 'RETRY', 'SUBMITTED', 'KILL', 'KILLED'];
const PUBLICATION_STATES = ['NEW', 'ACQUIRED', 'FAILED', 'DONE', 'RETRY', 'NOT_REQUIRED'];

/**
 * POST `filetransfers`: recorded, and no more.
 * @throws CrabRefusal 400 for an unknown subresource or without `asoworker`
 */
export function recordTransfersCall(books: CrabBooks, form: Arguments): void {
  const subresource = form.text('subresource');
  if (!POSTED.includes(subresource)) throw CrabRefusal.invalid("Incorrect 'subresource' parameter");
  form.text('asoworker');
  const rest = Object.entries(form.all).filter(([name]) => name !== 'subresource');
  books.transfersCalls.push({ subresource, arguments: Object.fromEntries(rest) });
}

/**
 * PUT `fileusertransfers`: inserts a row.
 * @throws CrabRefusal 400 for missing arguments, 500 for an id that is there already or an unknown state
 */
export function insertTransfer(books: CrabBooks, form: Arguments): void {
  for (const name of REQUIRED_TEXTS) form.text(name);
  for (const name of REQUIRED_NUMBERS) form.number(name);
  const isKnown =
    TRANSFER_STATES.includes(form.text('transfer_state')) &&
    PUBLICATION_STATES.includes(form.text('publication_state'));
  if (!isKnown) throw new CrabRefusal(500, 'ExecutionError', 'unknown state');
  const id = form.text('id');
  if (books.transfers.has(id)) throw new CrabRefusal(500, 'ExecutionError', `ORA-00001: row ${id} exists`);
  books.transfers.set(id, form.all);
}
