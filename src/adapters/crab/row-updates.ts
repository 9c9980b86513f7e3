import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CrabWord } from '../../domain/crab-word.ts';
import type { RefusedWord } from '../../ports/crab.ts';
import { PortError } from '../../ports/errors.ts';
import { Coalescer } from '../coalescer.ts';
import type { CrabClient } from './crab-client.ts';
import { listText, reasonText } from './list-text.ts';

export interface RowUpdateOptions {
  /** In whose name, where a word does not say. */
  worker: string;
  /** How long a word waits for company, milliseconds. */
  delayMs: number;
}

/** Ids a request: each is a commit of its own in CRAB's database, and some hundred time out (CRABServer issues 6406 and 6761). */
const IDS_PER_REQUEST = 50;

/** One list of the arguments: its name and a row's item in it. */
type Columns = Record<string, string>;

/** Rows of one kind and worker share requests. */
interface Group {
  subresource: 'updateTransfers' | 'updatePublication';
  worker: string;
  /** Which lists go along, so that each list has an item for each row. */
  lists: readonly string[];
}

/**
 * Tells CRAB's rows their states, words of many callers in few requests.
 *
 * CRAB takes FTS ids and reasons in two different forms only, and the former wipes out the reason: a word with both is told in that order.
 * It counts what it calls retries by adding: they are not told, since telling twice would count twice.
 */
export function createRowUpdates(crab: CrabClient, { worker, delayMs }: RowUpdateOptions) {
  const told = new Coalescer<Group, null>({
    delayMs,
    maxKeys: IDS_PER_REQUEST,
    groupName: (group) => JSON.stringify(group),
    ask: (group, keys) => post(crab, group, keys),
  });

  const tell = (subresource: Group['subresource'], by: string, columns: Columns): Promise<null> =>
    told.get({ subresource, worker: by, lists: Object.keys(columns) }, JSON.stringify(Object.values(columns)));

  async function tellWord(word: CrabWord): Promise<void> {
    const by = word.worker ?? worker;
    const { id: list_of_ids, transfer, fts, reason, publication } = word;
    if (transfer) {
      const state = { list_of_ids, list_of_transfer_state: transfer };
      const ftsJob = fts && { list_of_fts_instance: itemText(fts.server), list_of_fts_id: itemText(fts.jobId) };
      if (ftsJob) await tell('updateTransfers', by, { ...state, ...ftsJob });
      if (!ftsJob || reason !== null) await tell('updateTransfers', by, { ...state, ...reasonColumns(reason) });
    }
    if (!publication) return;
    const state = { list_of_ids, list_of_publication_state: publication };
    await tell('updatePublication', by, { ...state, ...reasonColumns(word.publicationReason) });
  }

  return async (words: readonly CrabWord[]): Promise<RefusedWord[]> => {
    const refused: RefusedWord[] = [];
    const outcomes = await Promise.allSettled(words.map(tellWord));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') continue;
      const error: unknown = outcome.reason;
      if (!isRefusal(error)) throw error;
      refused.push({ id: words[i]?.id ?? '', reason: error.message });
    }
    return refused;
  };
}

/** Without a reason none is sent: the row's is empty then. */
const reasonColumns = (reason: string | null): Columns =>
  reason === null ? {} : { list_of_failure_reason: reasonText(reason), list_of_retry_value: '0' };

/** An item without a comma; what has one is nothing that CRAB could keep. */
const itemText = (text: string): string => text.replace(/[,\s]/g, '').slice(0, 255);

/** One request for many rows. Where CRAB refuses it, the halves are sent, so that only what is at fault is refused in the end. */
async function post(crab: CrabClient, group: Group, keys: string[]): Promise<Map<string, null | Error>> {
  const rows = keys.map((key) => JSON.parse(key) as string[]);
  const form = new URLSearchParams({ subresource: group.subresource, asoworker: group.worker });
  for (const [i, name] of group.lists.entries()) form.set(name, listText(rows.map((row) => row[i] ?? '')));
  try {
    await crab.post('filetransfers', form);
    return new Map(keys.map((key) => [key, null]));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (keys.length === 1) return new Map(keys.map((key) => [key, error]));
    const middle = Math.ceil(keys.length / 2);
    const first = await post(crab, group, keys.slice(0, middle));
    return new Map([...first, ...(await post(crab, group, keys.slice(middle)))]);
  }
}

const isRefusal = (error: unknown): error is PortError =>
  error instanceof PortError && error.type === FAILURE_TYPES.crabRefused;
