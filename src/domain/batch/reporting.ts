import type { BatchReport, ReportGroup } from '../orders.ts';
import { isOutcomeKnown, isOver } from './batch-orders.ts';
import { isPublishable, lastClass, stateToTell, type BatchFile } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';

/**
 * What the task has not been told yet, or null where there is nothing. Taking it counts as telling: the caller sends it before
 * anything else. Every file of the batch being over makes it the last report.
 */
export function takeReport(state: BatchState, batch: number, toldSlot: BatchReport['slot']): BatchReport | null {
  const groups = new Map<string, ReportGroup>();
  for (const file of state.files.values()) {
    const telling = stateToTell(file);
    // A kill under way was the task's own order, or comes out in a moment.
    if (telling === file.told || file.transfer === 'KILL') continue;
    file.told = telling;
    const group = groups.get(telling);
    if (group) (group.keys as string[]).push(file.key);
    else groups.set(telling, groupOf(file));
  }
  // Most often all files have come to the same: that is told without their keys.
  for (const group of groups.values()) if (group.keys.length === state.files.size) group.keys = 'all';
  const ended = isBatchOver(state);
  const slot = slotOf(state);
  const lingering = state.shadows.length > 0;
  const { dropped, newTarget } = state;
  const isNews = groups.size > 0 || dropped.length > 0 || newTarget !== null || lingering !== state.toldLingering;
  // What it came to the task knows from the publisher.
  if (!isNews && ended && state.toldEndsPublished) return null;
  if (!isNews && !ended && !(slot === 'wanted' && toldSlot !== 'wanted')) return null;
  const sums = state.bytes();
  const bytes = String(sums) === state.toldBytes ? {} : { bytes: sums };
  const toldEndsPublished = !ended && endsPublished(state);
  Object.assign(state, { slot, dropped: [], newTarget: null, toldLingering: lingering, toldBytes: String(sums) });
  state.toldEndsPublished = toldEndsPublished;
  const target = newTarget ? { target: newTarget } : {};
  const ends = toldEndsPublished ? { endsPublished: true as const } : {};
  return { batch, groups: [...groups.values()], dropped, slot, lingering, ...bytes, ...target, ended, ...ends };
}

/** Nothing but the publisher's word is left to wait for. */
const endsPublished = ({ files, shadows }: BatchState): boolean =>
  shadows.length === 0 &&
  [...files.values()].every(
    (file) =>
      file.phase === 'settled' &&
      file.lookAt === null &&
      file.kill === null &&
      file.transfer === 'DONE' &&
      (file.publication === 'ACQUIRED' || file.publication === 'DONE' || !isPublishable(file)),
  );

/** Nothing is left to do for any file. */
export const isBatchOver = (state: BatchState): boolean =>
  state.shadows.length === 0 && [...state.files.values()].every((file) => isOver(file, state.finished));

/** Files whose outcome the waiting job can be told now; taking them counts as telling. */
export function takeOutcomes(state: BatchState): BatchFile[] {
  const due = [...state.files.values()].filter((file) => file.waiter && !file.outcomeTold && isOutcomeKnown(file));
  for (const file of due) file.outcomeTold = true;
  return due;
}

/** There is nothing of the file that could be tried again. */
export const succeeded = ({ transfer, publication }: BatchFile): boolean =>
  transfer === 'DONE' && publication !== 'FAILED';

/** Files that may be handed to the publisher of their dataset. */
export function takeForPublication(state: BatchState): BatchFile[] {
  const due = [...state.files.values()].filter(isForPublication);
  for (const file of due) file.handedOver = true;
  return due;
}

/** Superseded files that the publisher is to give back if it can; taking them counts as asking. */
export function takeForWithdrawal(state: BatchState): BatchFile[] {
  const due = [...state.files.values()].filter(isForWithdrawal);
  for (const file of due) file.withdrawn = true;
  return due;
}

/** Whether there is anything to tell a publisher. */
export const hasForPublisher = (state: BatchState): boolean =>
  [...state.files.values()].some((file) => isForPublication(file) || isForWithdrawal(file));

const isForWithdrawal = (file: BatchFile): boolean =>
  file.handedOver && !file.withdrawn && file.kill?.why === 'superseded';

const isForPublication = (file: BatchFile): boolean =>
  file.transfer === 'DONE' && file.publication === 'ACQUIRED' && !file.handedOver;

/** Whether the batch needs a turn at FTS: it gives it back while files only wait for their next attempt. */
function slotOf(state: BatchState): BatchReport['slot'] {
  if (state.list('sent').length > 0) return 'active';
  return state.list('waiting').length === 0 ? 'idle' : state.slot;
}

function groupOf(file: BatchFile): ReportGroup {
  const failure = lastClass(file);
  const reason = failure ? file.attempts.at(-1)?.reason : file.transfer === 'HELD' ? file.heldReason : null;
  return {
    keys: [file.key],
    transfer: file.transfer,
    publication: file.publication,
    failure,
    ...(reason ? { reason: reason.slice(0, 300) } : {}),
  };
}
