import type { BatchOrder } from '../orders.ts';
import { INCOMPLETE, isPublishable, stateToTell, type BatchFile, type Kill } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';

const SUPERSEDED: Kill = { why: 'superseded', reason: 'a newer retry of the job was reported', by: 'CRAB' };

/** Carries out what the task tells its batch. Orders about files that have moved on change nothing. */
export function applyOrder(state: BatchState, order: BatchOrder, now: number): void {
  switch (order.kind) {
    case 'admit':
      // A job in flight is where it was sent; it may have been another server.
      if (state.list('sent').length === 0) state.target = order.target;
      if (state.slot === 'wanted') state.slot = 'active';
      // The task counts them as SUBMITTED from here on.
      for (const file of state.list('waiting')) file.told = `SUBMITTED  `;
      return;
    case 'finish':
      state.finished = true;
      return;
    case 'priority':
      state.priority = order.priority;
      return;
    case 'own': {
      for (const file of [...state.files.values()]) if (!order.keys.includes(file.key)) supersede(state, file, now);
      return;
    }
    case 'cancel': {
      const files = order.keys === 'all' ? [...state.files.values()] : selected(state, order.keys);
      for (const file of files) state.kill(file, { why: 'asked', reason: order.reason, by: order.by }, now);
      return;
    }
    default:
      for (const file of selected(state, order.keys)) applyToFile(state, file, order, now);
  }
}

type FileOrder = Exclude<BatchOrder, { kind: 'admit' | 'finish' | 'priority' | 'cancel' | 'own' }>;

function applyToFile(state: BatchState, file: BatchFile, order: FileOrder, now: number): void {
  switch (order.kind) {
    case 'release':
      if (file.publication === 'DONE') return;
      file.publication = 'ACQUIRED';
      file.publicationReason = null;
      return;
    case 'incomplete':
      // Released before the task heard of what made its job incomplete: the publisher's word counts.
      if (file.selfReleased) return;
      file.publication = 'FAILED';
      file.publicationReason = INCOMPLETE;
      return;
    case 'reopen':
      if (file.publication === 'FAILED') file.publication = 'NEW';
      file.publicationReason = null;
      return;
    case 'published':
      if (file.publication !== 'ACQUIRED' || !file.handedOver) return;
      file.publication = order.state;
      file.publicationReason = order.reason;
      file.handedOver = false;
      file.withdrawn = false;
      delete file.selfReleased;
      notePublication(state, file, now);
      if (order.taskTold && !file.kill) file.told = stateToTell(file);
      if (file.kill?.why === 'superseded') state.drop(file, now);
      return;
    case 'watch':
      file.waiter = true;
      file.outcomeTold = false;
      return;
    case 'retry':
      return retry(file, order.what, now);
    case 'supersede':
      return supersede(state, file, now);
  }
}

function retry(file: BatchFile, what: 'transfer' | 'publication', now: number): void {
  if (what === 'publication' && file.publication === 'FAILED') {
    file.publication = 'ACQUIRED';
    file.publicationReason = null;
  }
  if (what === 'transfer' && file.transfer === 'FAILED') {
    file.phase = 'waiting';
    file.transfer = 'RETRY';
    file.finalAt = null;
    file.retryAt = now;
    // The clock may have stood for days: its time counts from when FTS takes it.
    file.since = null;
    delete file.submittedAt;
    file.kill = null;
    // A person asked: budgets start anew.
    file.attempts = [];
    file.outcomeTold = false;
  }
}

/**
 * The task has ended without this run of its batch, which was reset, or was ended by force: nothing that the batch waits for comes any more. What
 * a publisher has of it is handed over again, with word that nothing follows.
 */
export function outliveTask(state: BatchState): void {
  state.finished = true;
  for (const file of state.files.values()) file.handedOver = false;
}

function notePublication({ events }: BatchState, file: BatchFile, now: number): void {
  if (file.publication === 'DONE') events.add('published', file, now, { since: file.finalAt });
  else events.add('unpublished', file, now, { reason: file.publicationReason });
}

/** A newer generation was reported: this one's source is not ours to touch any more. */
function supersede(state: BatchState, file: BatchFile, now: number): void {
  file.lookAt = null;
  if (file.phase === 'waiting' || file.phase === 'sent') state.kill(file, SUPERSEDED, now);
  // What the publisher has may be in DBS already: its answer decides what becomes of the newer generation.
  else if (file.handedOver) file.kill = SUPERSEDED;
  // Its copy may still run: who watches over it lets go of the file.
  else if (state.isShadowed(file.key)) file.kill = SUPERSEDED;
  else state.drop(file, now);
}

const selected = (state: BatchState, keys: string[]): BatchFile[] => keys.flatMap((key) => state.files.get(key) ?? []);

/** Whether the batch still has a part to play for this file; `finished`: its task has ended. */
export function isOver(file: BatchFile, finished: boolean): boolean {
  if (file.phase !== 'settled' || file.lookAt !== null || file.handedOver) return false;
  if (file.waiter && !file.outcomeTold && isOutcomeKnown(file)) return false;
  if (finished || file.transfer === 'KILLED') return true;
  // Until the task ends, a failed file may be retried, and an output be asked to be published: the record is here.
  return file.transfer === 'DONE' && (file.publication === 'DONE' || !isPublishable(file));
}

/** Transfer and publication are final: the job that waits may be told. */
export const isOutcomeKnown = (file: BatchFile): boolean =>
  file.phase === 'settled' &&
  (file.transfer !== 'DONE' || ['NOT_REQUIRED', 'DONE', 'FAILED'].includes(file.publication));
