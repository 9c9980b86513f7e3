import { log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { stageOutId, transferBatchId } from '../contract/ids.ts';
import { BATCH_QUERIES, TASK_QUERIES, type StagedFile } from '../contract/messages.ts';
import { fromBase64 } from '../domain/base64.ts';
import { wordFor, type CrabWord } from '../domain/crab-word.ts';
import { endOf } from '../domain/ledger/bookkeeping.ts';
import { decodeLedger } from '../domain/ledger/codec.ts';
import type { Ledger } from '../domain/ledger/ledger.ts';
import { wrongRows, type WrongRow } from '../domain/ledger/wrong-rows.ts';
import type { CrabPort, TaskRow } from '../ports/crab.ts';
import type { RowActivities } from './row.types.ts';

export interface RowDependencies {
  client: Client;
  crab: CrabPort;
}

/** Rows told at a time, where there are many. */
const ROWS_AT_ONCE = 500;

/** Activities that compare CRAB's rows with the books, which are asked for themselves: nothing of them is in a history. */
export function createRowActivities({ client, crab }: RowDependencies): RowActivities {
  return {
    async mendRows({ task }) {
      // Rows first: what comes to its end meanwhile is told twice, and nothing is told that is over.
      const rows = await crab.taskRows(task);
      const publications = await crab.taskPublications(task);
      const ledger = await booksOf(task);
      if (!ledger) return 0;
      const said = new Map([...rows].map(([id, row]) => [id, { ...row, publication: publications.get(id) ?? null }]));
      const wrong = wrongRows(ledger, said);
      if (wrong.length === 0) return 0;
      const details = await detailsOf(task, wrong);
      const words = wrong.map((row) => wordOf(row, rows.get(row.id), details.get(row.entry.key)));
      let told = 0;
      for (let at = 0; at < words.length; at += ROWS_AT_ONCE) {
        const some = words.slice(at, at + ROWS_AT_ONCE);
        told += some.length - (await crab.tellRows(some)).length;
      }
      log.warn('rows of CRAB did not say how their files had ended', { task, rows: words.length, told });
      return told;
    },
  };

  /** The books of a task; null where Temporal does not keep them any more. @throws Error while they are being opened */
  async function booksOf(task: string): Promise<Ledger | null> {
    try {
      const handle = client.workflow.getHandle(stageOutId(task));
      const books = await handle.query<{ ledger: string } | null>(TASK_QUERIES.ledger);
      if (!books) throw new Error(`the books of ${task} are not open yet`);
      return decodeLedger(fromBase64(books.ledger));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** What batches know of the files, by key; without those of batches that Temporal does not keep any more. */
  async function detailsOf(task: string, wrong: readonly WrongRow[]): Promise<Map<string, StagedFile>> {
    const details = new Map<string, StagedFile>();
    for (const [batch, rows] of Map.groupBy(wrong, ({ entry }) => entry.batch)) {
      if (batch === 0) continue;
      try {
        const keys = rows.map(({ entry }) => entry.key);
        const handle = client.workflow.getHandle(transferBatchId(task, batch));
        for (const file of await handle.query<StagedFile[], [{ keys: string[] }]>(BATCH_QUERIES.files, { keys }))
          details.set(file.key, file);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
    return details;
  }
}

/** The word that puts a row right, in the name that it is in. */
function wordOf(
  { id, entry, transfer, publication }: WrongRow,
  row: TaskRow | undefined,
  detail: StagedFile | undefined,
): CrabWord {
  const { startTime, rule } = entry;
  const stage = detail?.stages.transfer;
  const reason = stage?.said ?? stage?.reason ?? endOf({ rule }).reason;
  const unpublished = detail?.publicationReason ?? (entry.incomplete ? 'job-incomplete' : null);
  return {
    ...wordFor({ id, startTime, ...(row && row.worker !== null && { crabWorker: row.worker }) }),
    ...(transfer && { transfer, reason: transfer === 'DONE' ? null : reason }),
    ...(publication && { publication, publicationReason: publication === 'DONE' ? null : unpublished }),
  };
}
