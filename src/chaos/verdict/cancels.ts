import { checkAll, type Check } from '../../demo/verification.ts';
import { QUEUE_EXPIRED } from '../../simulators/fts3/reasons.ts';
import type { Evidence, FileEvidence, StrikeEvidence } from '../evidence.ts';
import type { DoneAct } from '../operators.ts';
import type { PartName } from '../parts.ts';
import { isBatchReset, isSelected } from '../touch.ts';
import { copiesByDestination, nameOf, saidGeneration, type AskedCopy } from './generations.ts';

/** Within so long a cancel reaches whoever sends its files, where nobody is struck: what docs/performance.md allows until FTS knows. */
const REACHES_MS = 15_000;
/** Whom a cancel passes on its way from its answer to the batch. */
const CARRIERS: readonly PartName[] = ['worker-1', 'worker-2', 'temporal', 'postgresql'];

/** What was cancelled is not sent again: neither once FTS has called a copy of it off, nor once its batch must have heard of it. */
export async function checkCancels({ files, fts, acts, strikes }: Evidence): Promise<Check[]> {
  const copies = copiesByDestination(fts);
  const of = (file: FileEvidence): AskedCopy[] => copies.get(nameOf(file)) ?? [];
  const carried = strikes.filter(({ target }) => CARRIERS.includes(target));
  const cancels = acts.filter(({ kind }) => kind === 'cancel');
  // A reset of its batch takes back what that had made of the cancel.
  const cancelled = files.flatMap((file) => {
    const cancel = cancels.find((act) => isSelected(file, act));
    return cancel && !isBatchReset(file, of(file), acts) ? [{ file, cancel }] : [];
  });
  return [
    await checkAll('files cancelled, none asked for once FTS had called their copy off', cancelled, ({ file }) => {
      const later = of(file).find((copy, at) =>
        of(file)
          .slice(0, at)
          .some((earlier) => isCalledOff(earlier, copy)),
      );
      return later ? `${nameOf(file)} was called off, and asked for again ${moment(later.job.submitTime)}` : null;
    }),
    await checkAll('files cancelled, none asked for anew once the cancel must be known', cancelled, (one) => {
      const { answeredAt } = one.cancel;
      // A submission that was on its way is carried out all the same: one, since a batch has one at a time.
      const known = calmAfter(answeredAt, carried);
      const [, late] = of(one.file).filter(
        ({ job, userSize }) => userSize === cancelledSize(one, of(one.file)) && job.submitTime > known,
      );
      if (!late || mayBeRetried(one.file, acts)) return null;
      return `${nameOf(one.file)} was cancelled ${moment(answeredAt)}, and asked for ${moment(late.job.submitTime)}`;
    }),
  ];
}

/**
 * A DELETE called the earlier copy off before the later one, of the same bytes, was asked for. What waited too long FTS calls off itself, and
 * that is tried again.
 */
function isCalledOff(earlier: AskedCopy, later: AskedCopy): boolean {
  if (earlier.userSize !== later.userSize || earlier.state !== 'CANCELED' || earlier.reason === QUEUE_EXPIRED)
    return false;
  const at = earlier.history.find(({ state }) => state === 'CANCELED')?.at ?? Infinity;
  return at < later.job.submitTime;
}

/**
 * Bytes of the run of the job that was cancelled: of the last copy before the answer, else of what the task calls KILLED. Null where nobody
 * knows.
 */
function cancelledSize({ file, cancel }: { file: FileEvidence; cancel: DoneAct }, copies: AskedCopy[]): number | null {
  const sent = copies.findLast(({ job }) => job.submitTime <= cancel.answeredAt);
  if (sent && cancel.done) return sent.userSize;
  return file.said?.transfer === 'KILLED' ? (saidGeneration(file)?.size ?? null) : null;
}

/** It may have failed before the cancel, which does not concern it then. */
const mayBeRetried = ({ task, said }: FileEvidence, acts: readonly DoneAct[]): boolean =>
  said?.transfer !== 'KILLED' && acts.some((act) => act.kind === 'retry' && act.done && act.task === task.name);

/** The first moment at which there has been calm for long enough. */
function calmAfter(begin: number, strikes: readonly StrikeEvidence[]): number {
  let calmSince = begin;
  for (const { from, to } of strikes.toSorted((a, b) => a.from - b.from)) {
    if (from > calmSince + REACHES_MS) break;
    calmSince = Math.max(calmSince, to);
  }
  return calmSince + REACHES_MS;
}

const moment = (at: number): string => `at ${new Date(at).toISOString()}`;
