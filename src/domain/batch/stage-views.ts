import { classify, ruleOf } from '../failure-classes.ts';
import { publicationReasonText } from '../publication/publication-reasons.ts';
import { stage, type PublicationView, type TransferView } from '../stage-view.ts';
import { INCOMPLETE, type Attempt, type BatchFile, type Phase } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';

/** Both stages of a file as its batch knows them. */
export interface FileStages {
  phase: Phase;
  transfer: TransferView;
  /** Null where its task knows better: while the job is not complete, or cannot become so. */
  publication: PublicationView | null;
}

/** @param now epoch milliseconds; what was due by then is under way */
export const stagesOf = (state: BatchState, file: BatchFile, now: number): FileStages => ({
  phase: file.phase,
  transfer: transferOf(state, file, now),
  publication: publicationOf(file),
});

function transferOf(state: BatchState, file: BatchFile, now: number): TransferView {
  const { transfer, ftsJobIds, attempts, phase } = file;
  return stage(transfer, {
    attempts: Math.max(ftsJobIds.length, attempts.length),
    ...(transfer !== 'DONE' && troubleOf(file)),
    ...(phase !== 'settled' && awaited(state, file, now)),
  });
}

/** What keeps a file from its destination, or kept it: who stops or holds it, else what went wrong last. */
function troubleOf(file: BatchFile): Pick<TransferView, 'reason' | 'said'> {
  const { transfer, kill, heldReason, attempts, phase, sourceReason } = file;
  if (kill && kill.why !== 'deadline') return { reason: `stopped by ${kill.by}: ${kill.reason}`, said: null };
  if (transfer === 'HELD' && heldReason !== null) return { reason: `held: ${heldReason}`, said: null };
  if (phase === 'arrived' && sourceReason !== null)
    return { reason: 'FTS says that it has arrived, and we could not see it yet', said: sourceReason };
  const last = attempts.at(-1);
  return last ? { reason: failureText(last), said: last.reason } : { reason: null, said: null };
}

/** What a transfer that is not final waits for, and until when. */
function awaited(state: BatchState, file: BatchFile, now: number): Pick<TransferView, 'waitsFor' | 'nextTry'> {
  const later = (time: number | null): number | null => (time !== null && time > now ? time : null);
  if (file.phase === 'arrived') return { waitsFor: 'our look at its destination', nextTry: later(file.lookAt) };
  if (file.phase === 'sent') {
    if (file.kill) return { waitsFor: 'FTS to end the copy', nextTry: null };
    return { waitsFor: state.ftsJobId ? 'the copy in FTS' : 'FTS to take it', nextTry: null };
  }
  if (state.isShadowed(file.key)) return { waitsFor: 'FTS to end an earlier copy of it', nextTry: null };
  const due = later(Math.max(file.retryAt ?? 0, file.notBefore));
  if (file.transfer === 'HELD')
    return { waitsFor: state.bar === null ? 'another try' : 'operators to let it go on', nextTry: due };
  if (due !== null) {
    // Those that are due within one window of each other leave together.
    const together = state.nextAttemptAt() ?? due;
    const waitsFor = file.transfer === 'RETRY' ? 'the pause before the next attempt' : 'an earlier copy to be over';
    return { waitsFor, nextTry: Math.max(due, Math.min(together, due + state.policy.batchWindow * 1000)) };
  }
  return { waitsFor: state.slot === 'wanted' ? 'its turn at FTS' : 'FTS to take it', nextTry: null };
}

/** An attempt's failure in words: as fine as its reason allows, within the class that was decided on. */
function failureText(attempt: Attempt): string {
  const rule = classify(attempt.reason, 'FAILED');
  return (rule.class === attempt.class ? rule : ruleOf(attempt.class)).text;
}

function publicationOf({ publication, publicationReason, handedOver }: BatchFile): PublicationView | null {
  if (publication === 'DONE') return stage(publication);
  if (publication === 'ACQUIRED')
    return stage(publication, { waitsFor: handedOver ? 'DBS' : 'to be handed over for publication' });
  if (publication !== 'FAILED' || publicationReason === INCOMPLETE) return null;
  const said = publicationReason;
  return stage(publication, { said, reason: said && publicationReasonText(said) });
}
