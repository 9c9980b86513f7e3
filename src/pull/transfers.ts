import { collectRows } from './collect-rows.ts';
import { handOver } from './hand-over.ts';
import type { HandedOver } from './handed-over.ts';
import { tellOwn, wordOfOwn, type PullParts } from './pull-parts.ts';
import { readRow } from './read-row.ts';

export interface PulledTransfers {
  /** Rows that were nobody's before. */
  acquired: number;
  /** Files reported to their tasks; more than acquired where some were left from before. */
  reported: number;
  /** Rows set aside. */
  bad: number;
  /** More is in the queue than could be taken now. */
  more: boolean;
}

/**
 * Takes new rows, user by user in turn, and reports whatever this puller has acquired and nothing was said of yet: so what was acquired just
 * before a crash is found again. A row that breaks a rule is told back FAILED with its column and the rule.
 */
export async function pullTransfers(parts: PullParts, memory: HandedOver): Promise<PulledTransfers> {
  const { queue, worker, limit } = parts;
  const before = await queue.acquiredTransfers(worker, limit);
  const { acquired, more } = await acquire(parts, limit - before.length);
  const rows = acquired > 0 ? await queue.acquiredTransfers(worker, limit) : before;
  const due = memory.due(rows, nameOfRow);
  const { tasks, bad } = collectRows(due.map((row) => readRow(row, worker, null)));
  const arrived = await handOver(parts, tasks);
  memory.note(due.filter(({ tm_id }) => arrived.has(String(tm_id))).map(nameOfRow));
  const words = bad.flatMap(({ id, reason }) => (id === null ? [] : wordOfOwn(worker, id, { transfer: 'FAILED', reason }))); // prettier-ignore
  await tellOwn(parts, words);
  for (const { id, reason } of bad) parts.warn(`row ${id ?? 'without an id'}: ${reason}`);
  return { acquired, reported: arrived.size, bad: bad.length, more };
}

/** A row of one generation of its file. */
const nameOfRow = ({ tm_id, tm_start_time }: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([tm_id, tm_start_time]);

/** Rows that CRAB gives at a time. */
const ACQUIRED_AT_ONCE = 1000;

async function acquire({ queue, worker }: PullParts, room: number): Promise<{ acquired: number; more: boolean }> {
  let acquired = 0;
  let users = room >= ACQUIRED_AT_ONCE ? startingAnywhere(await queue.users(worker)) : [];
  // In turn, so that one user with many rows does not keep the others waiting.
  while (users.length > 0 && acquired + ACQUIRED_AT_ONCE <= room) {
    const [user = '', ...others] = users;
    const got = await queue.acquireTransfers(worker, user);
    acquired += got;
    users = got >= ACQUIRED_AT_ONCE ? [...others, user] : others;
  }
  return { acquired, more: users.length > 0 || room < ACQUIRED_AT_ONCE };
}

/** Pullers that begin with the same user would find each other's leavings only. */
function startingAnywhere(users: readonly string[]): string[] {
  const first = Math.floor(Math.random() * users.length);
  return [...users.slice(first), ...users.slice(0, first)];
}
