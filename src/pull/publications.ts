import { crabFileId } from '../domain/digest.ts';
import type { FileMetadata } from '../ports/crab.ts';
import type { QueueRow } from '../ports/crab-queue.ts';
import { collectRows, type BadRow } from './collect-rows.ts';
import { handOver } from './hand-over.ts';
import type { HandedOver } from './handed-over.ts';
import { tellOwn, wordOfOwn, type PullParts } from './pull-parts.ts';
import { readRow, type ReadRow } from './read-row.ts';

export interface PulledPublications {
  /** Files reported to their tasks for publication. */
  publications: number;
  bad: number;
}

/** Rows looked at in one round. */
const ROWS = 10_000;
/** Rows whose metadata are asked for and held together. */
const METADATA_AT_ONCE = 100;
/** So many tasks in a row that CRAB tells nothing of are an outage. */
const MANY_FAILURES = 3;
/** Rows read whole at a time. */
const AT_ONCE = 8;

/**
 * Takes what CRAB has flagged for publication, which it does when a job's files are DONE and its metadata is there, and reports each file as
 * one that lies at its destination already: the task looks at it there, and publishes it with its job.
 */
export async function pullPublications(parts: PullParts, memory: HandedOver): Promise<PulledPublications> {
  const { queue, worker } = parts;
  await queue.acquirePublication(worker);
  const due = memory.due(await queue.acquiredPublication(worker, ROWS), nameOfRow);
  const read: ReadRow[] = [];
  const unusable: BadRow[] = [];
  const byTask = Map.groupBy(due, ({ tm_taskname }) => String(tm_taskname));
  let failures = 0;
  for (const [task, rows] of byTask)
    for (let at = 0; at < rows.length; at += METADATA_AT_ONCE) {
      try {
        await readRows(parts, task, rows.slice(at, at + METADATA_AT_ONCE), read, unusable);
        failures = 0;
      } catch (error) {
        // What CRAB cannot tell of one task is no reason to wait with the others, unless it tells nothing at all.
        failures += 1;
        if (failures === Math.min(MANY_FAILURES, byTask.size)) throw error;
        parts.warn(`${task}: publications wait: ${(error as Error).message}`);
        break;
      }
    }
  const { tasks, bad } = collectRows(read);
  const arrived = await handOver(parts, tasks);
  memory.note(due.filter((row) => arrived.has(idOf(row))).map(nameOfRow));
  const refused = [...bad, ...unusable];
  const words = refused.flatMap(({ id, reason }) =>
    id === null ? [] : wordOfOwn(worker, id, { publication: 'FAILED', publicationReason: reason }),
  );
  await tellOwn(parts, words);
  for (const { id, reason } of refused) parts.warn(`publication of row ${id ?? 'without an id'}: ${reason}`);
  return { publications: arrived.size, bad: refused.length };
}

/** Reads rows with their metadata, of which no more than theirs is held at a time: a file may have thousands of lumi sections. */
async function readRows(
  parts: PullParts,
  task: string,
  rows: readonly QueueRow[],
  read: ReadRow[],
  unusable: BadRow[],
): Promise<void> {
  const lfns = rows.map(({ tm_destination_lfn: lfn }) => String(lfn));
  const metadata = await parts.crab.fileMetadata(task, lfns);
  const waiting = [...rows];
  const next = async (): Promise<void> => {
    for (let row = waiting.pop(); row; row = waiting.pop()) {
      const known = metadata.get(String(row['tm_destination_lfn']));
      if (known && 'fault' in known) unusable.push({ id: idOf(row), reason: `metadata-unusable: ${known.fault}` });
      else if (known) read.push(await readWhole(parts, row, known));
      else if (isLate(row, parts.metadataTimeout)) unusable.push({ id: idOf(row), reason: 'metadata-missing' });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

const idOf = ({ tm_source_lfn }: QueueRow): string => crabFileId(String(tm_source_lfn));

/** When it was acquired is part of it: asked for again, it is reported again. */
const nameOfRow = (row: QueueRow): string => JSON.stringify(['publish', idOf(row), row['tm_last_update']]);

/** The list of publications lacks most columns. */
async function readWhole(
  { queue, worker }: PullParts,
  row: QueueRow,
  { outputDataset: dataset, adler32 }: FileMetadata,
): Promise<ReadRow> {
  const whole = await queue.row(idOf(row));
  const { tm_user_group, tm_user_role } = row;
  if (!whole) return { job: null, id: null, fault: `there is no row of ${String(row['tm_source_lfn'])}` };
  return readRow({ ...whole, tm_user_group, tm_user_role }, worker, { dataset, adler32 });
}

const isLate = ({ tm_last_update }: QueueRow, seconds: number): boolean =>
  Number(tm_last_update) + seconds < Date.now() / 1000;
