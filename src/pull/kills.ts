import { cancelTask, TaskNotFoundError, taskLedgerFiles } from '../client/index.ts';
import type { LedgerFile } from '../contract/messages.ts';
import type { CrabTransfer } from '../domain/crab-word.ts';
import { destinationKey } from '../domain/ledger/entry.ts';
import type { QueueRow } from '../ports/crab-queue.ts';
import { tellOwn, wordOfOwn, type PullParts } from './pull-parts.ts';

/**
 * Cancels what CRAB wants killed. Files that are being killed tell CRAB their end themselves; of those that had ended before, or that no task
 * knows, nobody else would: their rows are told here how they ended.
 * @returns rows asked for
 */
export async function pullKills(parts: PullParts): Promise<{ kills: number }> {
  const rows = await parts.queue.toKill(parts.worker);
  for (const [task, ofTask] of Map.groupBy(rows, ({ tm_taskname }) => String(tm_taskname))) {
    try {
      await kill(parts, task, ofTask);
    } catch (error) {
      parts.warn(`${task}: not cancelled: ${(error as Error).message}`);
    }
  }
  return { kills: rows.length };
}

async function kill(parts: PullParts, task: string, rows: readonly QueueRow[]): Promise<void> {
  const { client, worker } = parts;
  const files = rows.map(({ tm_id }) => String(tm_id));
  const request = { files, reason: 'killed in CRAB', by: 'CRAB' };
  await cancelTask(client, task, request).catch(ifTaskIsOver);
  const keys = rows.map(keyOf);
  const known = new Map<string, LedgerFile>();
  for (const file of (await taskLedgerFiles(client, task, keys).catch(ifTaskIsOver)) ?? []) known.set(file.key, file);
  const words = rows.flatMap((row, i) => {
    const transfer = endOf(known.get(keys[i] ?? ''));
    const reason = transfer === 'DONE' ? null : 'killed in CRAB';
    return transfer === null ? [] : wordOfOwn(worker, String(row['tm_id']), { transfer, reason });
  });
  await tellOwn(parts, words);
}

/** There is no such task, or it has ended: what it says of its files still counts. */
function ifTaskIsOver(error: unknown): null {
  if (error instanceof TaskNotFoundError) return null;
  throw error;
}

const keyOf = ({ tm_destination, tm_destination_lfn }: QueueRow): string =>
  destinationKey(String(tm_destination), String(tm_destination_lfn));

/** How a file has ended, by CRAB's names; null where it has not. */
function endOf(file: LedgerFile | undefined): CrabTransfer | null {
  switch (file?.transfer) {
    case 'DONE':
    case 'FAILED':
    case 'KILLED':
      return file.transfer;
    case 'REJECTED':
      return 'FAILED';
    case undefined:
      return 'KILLED';
    default:
      return null;
  }
}
