import type { BatchState } from '../batch/batch-state.ts';
import { lastClass } from '../batch/batch-file.ts';
import type { FailureClass } from '../failure-classes.ts';
import type { TaskState } from '../ledger/task-state.ts';
import type { PublisherState } from '../publication/publisher-state.ts';
import { isFinalTransfer, type PublicationState, type TransferState } from '../states.ts';

/** What the list of workflows tells of one of them, for operators to search by. */
export interface Listed {
  state: TaskWord | BatchWord | PublisherWord;
  /** Of files that failed or wait for another attempt. */
  failureClass: FailureClass[];
  filesTotal: number;
  /** At their destination; of a publisher: in DBS. */
  filesDone: number;
  /** FAILED or REJECTED, or not published although they were to be. What was killed did not fail. */
  filesFailed: number;
}

/** `OPEN`: more outputs may come; `CLOSED`: none come any more; `DONE`, `FAILED`: ended, without files that failed or with some. */
export type TaskWord = 'OPEN' | 'CLOSED' | 'PAUSED' | 'DONE' | 'FAILED';
/** `WAITING`: for its turn. The last three: all transfers are final; while the batch is open, it waits for publication or clean-up. */
export type BatchWord = 'WAITING' | 'SUBMITTED' | 'RETRY' | 'HELD' | 'KILL' | 'DONE' | 'FAILED' | 'KILLED';
/** `WAITING`: for a block to fill; `SENDING`: DBS has not answered yet; `NO_METADATA`: CRAB does not have that of some files. */
export type PublisherWord = 'WAITING' | 'SENDING' | 'NO_METADATA' | 'DONE' | 'FAILED';

/** The word for a task, without a look at its files. */
export function taskWord({ complete, paused, closed }: TaskState): TaskWord {
  if (complete) return 'DONE';
  if (paused) return 'PAUSED';
  return closed ? 'CLOSED' : 'OPEN';
}

/** A task in one pass over its files, besides the links and datasets that its ledger has anyway. */
export function listTask(state: TaskState): Listed {
  const counts = { filesTotal: 0, filesDone: 0, filesFailed: 0 };
  const classes = new Set<FailureClass>();
  for (const entry of state.ledger.entries()) {
    count(counts, entry);
    if (entry.failure) classes.add(entry.failure);
  }
  const word = taskWord(state);
  return { state: word === 'DONE' && counts.filesFailed > 0 ? 'FAILED' : word, failureClass: [...classes], ...counts };
}

/** A batch, as far as it has come. */
export function listBatch(state: BatchState): Listed {
  const counts = { filesTotal: 0, filesDone: 0, filesFailed: 0 };
  const classes = new Set<FailureClass>();
  for (const file of state.files.values()) {
    count(counts, file);
    const failure = lastClass(file);
    if (failure) classes.add(failure);
  }
  return { state: batchWord(state), failureClass: [...classes], ...counts };
}

/** All transfers of a batch are final: nothing but publication, clean-up and the wait for its task is left. */
export const isTransferred = (state: BatchState): boolean =>
  [...state.files.values()].every(({ transfer }) => isFinalTransfer(transfer));

function batchWord(state: BatchState): BatchWord {
  const states = new Set([...state.files.values()].map(({ transfer }) => transfer));
  // What needs somebody's eye most comes first.
  for (const word of ['KILL', 'HELD', 'SUBMITTED', 'RETRY'] as const) if (states.has(word)) return word;
  if (states.has('NEW')) return state.slot === 'active' ? 'SUBMITTED' : 'WAITING';
  for (const word of ['FAILED', 'KILLED'] as const) if (states.has(word)) return word;
  return 'DONE';
}

/** A publisher, with what it has done so far. */
export function listPublisher(state: PublisherState): Listed {
  const { published, failed } = state.tally;
  const counts = { filesTotal: state.queue.length + published + failed, filesDone: published, filesFailed: failed };
  return { state: publisherWord(state), failureClass: [], ...counts };
}

function publisherWord({ queue, inFlight, finished, tally }: PublisherState): PublisherWord {
  if (finished && queue.length === 0) return tally.failed > 0 ? 'FAILED' : 'DONE';
  if (inFlight.size > 0) return 'SENDING';
  return queue.some(({ missingSince }) => missingSince !== null) ? 'NO_METADATA' : 'WAITING';
}

function count(
  counts: Pick<Listed, 'filesTotal' | 'filesDone' | 'filesFailed'>,
  { transfer, publication }: { transfer: TransferState; publication: PublicationState },
): void {
  counts.filesTotal += 1;
  if (transfer === 'DONE') counts.filesDone += 1;
  if (transfer === 'FAILED' || transfer === 'REJECTED' || (transfer === 'DONE' && publication === 'FAILED'))
    counts.filesFailed += 1;
}
