import type { BatchFile } from './batch-file.ts';
import { DEADLINE, type BatchState } from './batch-state.ts';

/** The current attempt cannot be sent, through no fault of its files: they wait, and no attempt is counted. */
export function hold(state: BatchState, reason: string, now: number, pauseMs = state.policy.retryDelay * 1000): void {
  for (const file of state.list('sent')) {
    file.since ??= now;
    if (!file.kill && state.isLate(file, now)) file.kill = DEADLINE;
    if (file.kill) state.stopped(file, 0, now);
    else setAside(state, file, reason, now, now + pauseMs);
  }
}

/** A file waits through no fault of its own. */
export function setAside(state: BatchState, file: BatchFile, reason: string, now: number, retryAt = now): void {
  if (file.heldReason !== reason) state.events.add('held', file, now, { reason, policy: state.policy });
  file.phase = 'waiting';
  file.transfer = 'HELD';
  file.heldReason = reason;
  file.retryAt = retryAt;
}

/** An operator's rule holds what is not in FTS, for as long as it takes; the turn is another batch's. */
export function barAll(state: BatchState, reason: string, now: number): void {
  state.bar = reason;
  hold(state, reason, now, 0);
  for (const file of state.list('waiting')) {
    file.since ??= now;
    setAside(state, file, reason, now, file.retryAt ?? now);
  }
  state.slot = 'idle';
}

/** No operator's rule holds anything any more. */
export function permit(state: BatchState): void {
  state.bar = null;
  for (const file of state.list('waiting')) {
    file.transfer = file.attempts.length > 0 ? 'RETRY' : 'NEW';
    file.heldReason = null;
  }
}

/**
 * The current attempt has certainly not reached its server, which is down: its files wait for another one. The first time at once; servers
 * that come and go must not make a batch go round and round.
 */
export function waitElsewhere(state: BatchState, reason: string, now: number): void {
  hold(state, reason, now, state.moves === 0 ? 0 : state.policy.retryDelay * 1000);
  state.moves += 1;
}
