import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks } from './books.ts';
import { now, publicationNumber, transferNumber, type TransferRow } from './transfer-row.ts';

/** Rows that one acquireTransfers takes at most. */
const ACQUIRED_AT_ONCE = 1000;
const KILLS_AT_ONCE = 5000;

/** A statement of CRAB's that does not check what it changed: how many rows. */
export interface Modified {
  modified: number;
}

/** What CRAB's REST answers to a query: names of columns, and rows. */
export interface Answered {
  desc: { columns: string[] };
  result: unknown[][];
}

/** POST acquireTransfers: up to 1,000 new rows of a user that are nobody's become the worker's. @throws CrabRefusal */
export function acquireTransfers(books: CrabBooks, form: Arguments): Modified {
  const [worker, username] = [form.text('asoworker'), form.text('username')];
  const free = [...books.transfers.values()].filter(
    (row) =>
      row.tm_aso_worker === null && row.tm_transfer_state === transferNumber('NEW') && row.tm_username === username,
  );
  const taken = free.slice(0, ACQUIRED_AT_ONCE);
  for (const row of taken) {
    const acquired = { tm_transfer_state: transferNumber('ACQUIRED'), tm_last_update: now() };
    books.change(row, { ...acquired, tm_aso_worker: worker });
    books.noteAcquisition(row.tm_id, worker);
  }
  return { modified: taken.length };
}

/** POST acquirePublication: rows of the worker, or nobody's, that are DONE, to be published and new. @throws CrabRefusal */
export function acquirePublication(books: CrabBooks, form: Arguments): Modified {
  const worker = form.text('asoworker');
  const due = [...books.transfers.values()].filter(
    (row) =>
      (row.tm_aso_worker === null || row.tm_aso_worker === worker) &&
      row.tm_transfer_state === transferNumber('DONE') &&
      row.tm_publish === 1 &&
      row.tm_publication_state === publicationNumber('NEW'),
  );
  for (const row of due) {
    const acquired = { tm_publication_state: publicationNumber('ACQUIRED'), tm_last_update: now() };
    books.change(row, { ...acquired, tm_aso_worker: worker });
  }
  return { modified: due.length };
}

/** POST retryTransfers: rows of the worker that wait for another try become new and nobody's. @throws CrabRefusal */
export function retryTransfers(books: CrabBooks, form: Arguments): Modified {
  const [worker, pause] = [form.text('asoworker'), form.number('time_to')];
  const due = [...books.transfers.values()].filter(
    (row) =>
      row.tm_transfer_state === transferNumber('RETRY') &&
      row.tm_aso_worker === worker &&
      now() - row.tm_last_update > pause &&
      row.tm_transfer_max_retry_count >= row.tm_transfer_retry_count,
  );
  for (const row of due) {
    const again = { tm_transfer_state: transferNumber('NEW'), tm_aso_worker: null, tm_last_update: now() };
    books.change(row, { ...again, tm_transfer_retry_count: row.tm_transfer_retry_count + 1 });
  }
  return { modified: due.length };
}

const PUBLICATION_COLUMNS = [
  ...['tm_publication_state', 'tm_transfer_state', 'tm_aso_worker', 'tm_taskname', 'tm_username', 'tm_destination'],
  ...['tm_source_lfn', 'tm_destination_lfn', 'tm_last_update', 'tm_dbs_blockname', 'tm_block_complete'],
] as const;
const TASK_COLUMNS = ['tm_user_role', 'tm_user_group'];
const PUBLICATION_TASK_COLUMNS = [...TASK_COLUMNS, 'tm_input_dataset', 'tm_cache_url', 'tm_dbs_url'];

/**
 * GET `filetransfers`: what a worker has acquired, what it is to kill, who has something for it.
 * @throws CrabRefusal 400 for what CRAB refuses, and for statistics and groupings that nobody needs here
 */
export function readQueue(books: CrabBooks, query: Arguments): Answered {
  const subresource = query.text('subresource');
  const grouping = query.number('grouping');
  const worker = query.optional('asoworker');
  if (subresource === 'activeUsers') return activeUsers(books, worker);
  const isListed = ['acquiredTransfers', 'acquiredPublication', 'getTransfersToKill'].includes(subresource);
  if (!isListed) throw CrabRefusal.invalid("Invalid 'subresource' parameter");
  if (!worker) throw CrabRefusal.invalid('Required asoworker parameter is not set.');
  if (grouping !== 0) throw CrabRefusal.invalid('This grouping level is not implemented');
  const limit = query.optional('limit') === null ? null : query.number('limit');
  const mine = [...books.transfers.values()].filter(({ tm_aso_worker }) => tm_aso_worker === worker);
  if (subresource === 'acquiredPublication') {
    const due = mine.filter(
      (row) =>
        row.tm_publication_state === publicationNumber('ACQUIRED') && row.tm_transfer_state === transferNumber('DONE'),
    );
    return answer(books, upTo(due, limit ?? 1000), PUBLICATION_COLUMNS, PUBLICATION_TASK_COLUMNS);
  }
  const isKill = subresource === 'getTransfersToKill';
  const state = transferNumber(isKill ? 'KILL' : 'ACQUIRED');
  const most = isKill ? Math.min(limit ?? KILLS_AT_ONCE, KILLS_AT_ONCE) : (limit ?? 1000);
  const rows = mine.filter(({ tm_transfer_state }) => tm_transfer_state === state);
  const [first] = rows;
  return answer(books, upTo(rows, most), first ? (Object.keys(first) as (keyof TransferRow)[]) : [], TASK_COLUMNS);
}

/** CRAB asks for row numbers below the limit, so that it answers with one less. */
const upTo = (rows: TransferRow[], limit: number): TransferRow[] => rows.slice(0, Math.max(0, limit - 1));

/** Users with rows that are nobody's, or that this worker has acquired. */
function activeUsers(books: CrabBooks, worker: string | null): Answered {
  const counts = new Map<string, unknown[]>();
  for (const row of books.transfers.values()) {
    const isFree = row.tm_transfer_state === transferNumber('NEW') && row.tm_aso_worker === null;
    const isOurs = row.tm_transfer_state === transferNumber('ACQUIRED') && row.tm_aso_worker === worker;
    if (!isFree && !isOurs) continue;
    const task = books.task(row.tm_taskname);
    const user = [row.tm_username, task?.['tm_user_role'] ?? null, task?.['tm_user_group'] ?? null];
    const [, , , count = 0] = counts.get(JSON.stringify(user)) ?? [];
    counts.set(JSON.stringify(user), [...user, Number(count) + 1]);
  }
  return {
    desc: { columns: ['tm_username', 'tm_user_role', 'tm_user_group', 'count(*)'] },
    result: [...counts.values()],
  };
}

function answer(
  books: CrabBooks,
  rows: TransferRow[],
  columns: readonly (keyof TransferRow)[],
  taskColumns: readonly string[],
): Answered {
  const result = rows.map((row) => [
    ...columns.map((column) => row[column]),
    ...taskColumns.map((column) => books.task(row.tm_taskname)?.[column] ?? null),
  ]);
  return { desc: { columns: [...columns, ...taskColumns] }, result };
}
