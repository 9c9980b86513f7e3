import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks } from './books.ts';
import { now, PUBLICATION_STATES, TRANSFER_STATES, type TransferRow } from './transfer-row.ts';

/**
 * POST updateTransfers: states of rows by id, whosever they are, in order and each for good; nothing is compared with what a row says, and
 * unknown ids change nothing. With FTS ids the reasons are not looked at, and a reason told before is wiped out.
 * @throws CrabRefusal as CRAB: at the first bad entry, what came before it being done
 */
export function updateTransfers(books: CrabBooks, form: Arguments): void {
  const worker = form.text('asoworker');
  const ids = listOf(form, 'list_of_ids');
  const states = listOf(form, 'list_of_transfer_state');
  const withFts = (form.optional('list_of_fts_instance') ?? '') !== '';
  const instances = withFts ? listOf(form, 'list_of_fts_instance') : [];
  const ftsIds = withFts ? listOf(form, 'list_of_fts_id') : [];
  const { reasons, retries } = withFts ? { reasons: null, retries: null } : reasonsOf(form);
  for (const [i, id] of ids.entries()) {
    const change: Partial<TransferRow> = {
      tm_transfer_state: numberOf(TRANSFER_STATES, at(states, i)),
      tm_transfer_failure_reason: column(reasons ? at(reasons, i) : '', 1000),
      ...(withFts && { tm_fts_instance: column(at(instances, i), 255), tm_fts_id: column(at(ftsIds, i), 255) }),
    };
    const retry = retries ? wholeOf(at(retries, i)) : 0;
    const row = books.transfers.get(id);
    if (!row) continue;
    const tm_transfer_retry_count = row.tm_transfer_retry_count + retry;
    books.change(row, { ...change, tm_aso_worker: worker, tm_last_update: now(), tm_transfer_retry_count });
  }
}

/**
 * POST updatePublication: states of rows by id that are the worker's (`%` for anybody's) or nobody's.
 * @throws CrabRefusal as CRAB: at the first bad or unknown entry, what came before it being done
 */
export function updatePublication(books: CrabBooks, form: Arguments): void {
  const workers = new RegExp(`^${form.text('asoworker').replaceAll('.', '\\.').replaceAll('%', '.*').replaceAll('_', '.')}$`); // prettier-ignore
  const ids = listOf(form, 'list_of_ids');
  const states = listOf(form, 'list_of_publication_state');
  const flag = form.optional('publish_flag') === null ? 0 : form.number('publish_flag');
  const { reasons, retries } = reasonsOf(form);
  for (const [i, id] of ids.entries()) {
    const tm_publication_state = numberOf(PUBLICATION_STATES, at(states, i));
    const tm_publication_failure_reason = column(reasons ? at(reasons, i) : '', 1000);
    const retry = retries ? wholeOf(at(retries, i)) : 0;
    const row = books.transfers.get(id);
    if (!row || (row.tm_aso_worker !== null && !workers.test(row.tm_aso_worker)))
      throw new CrabRefusal(400, 'MissingObject', '0 vs. 1 expected');
    books.change(row, {
      ...{ tm_publication_state, tm_publication_failure_reason, tm_last_update: now() },
      ...(flag && { tm_publish: flag }),
      tm_publication_retry_count: row.tm_publication_retry_count + retry,
    });
  }
}

/** Reasons and retries count only where retries are given. */
function reasonsOf(form: Arguments): { reasons: string[] | null; retries: string[] | null } {
  if (form.optional('list_of_retry_value') === null) return { reasons: null, retries: null };
  return { reasons: listOf(form, 'list_of_failure_reason'), retries: listOf(form, 'list_of_retry_value') };
}

/** A list as CRAB reads it from one text: at every comma; one with a line break is refused. */
function listOf(form: Arguments, name: string): string[] {
  const text = form.optional(name);
  if (text === null) throw failed(`Can't convert to list None`);
  if (/\n(?!$)/.test(text)) throw CrabRefusal.invalid(`Invalid '${name}' parameter`);
  const items = text.replace(/^[ []+/, '').replace(/[ \]]+$/, '');
  return items === '' ? [] : items.split(',').map((item) => item.replace(/^[ '"]+|[ '"]+$/g, ''));
}

function at(list: string[], index: number): string {
  const item = list[index];
  if (item === undefined) throw failed('list index out of range');
  return item;
}

function numberOf(states: readonly string[], state: string): number {
  const number = states.indexOf(state);
  if (number < 0) throw failed(`'${state}'`);
  return number;
}

function wholeOf(text: string): number {
  if (!/^-?\d+$/.test(text)) throw failed(`invalid literal for int() with base 10: '${text}'`);
  return Number(text);
}

/** A value as Oracle keeps it: bytes count, and an empty text is none. */
function column(text: string, bytes: number): string | null {
  const length = Buffer.byteLength(text);
  if (length > bytes) throw failed(`ORA-12899: value too large for column (actual: ${length}, maximum: ${bytes})`);
  return text === '' ? null : text;
}

const failed = (message: string): CrabRefusal => new CrabRefusal(500, 'ExecutionError', message);
