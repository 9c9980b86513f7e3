import { setTimeout as sleep } from 'node:timers/promises';
import type { PulledRound, Puller } from './puller.ts';

export interface RunOptions {
  /** One round only. */
  once: boolean;
  /** Seconds between two rounds; there is no pause while CRAB has more than one round may take. */
  interval: number;
  /** Aborted: the round under way is the last. */
  signal: AbortSignal;
  onRound: (round: PulledRound) => void;
}

/** Pulls round after round until it is told to end. @returns the last round */
export async function runPuller(
  puller: Pick<Puller, 'round'>,
  { once, interval, signal, onRound }: RunOptions,
): Promise<PulledRound> {
  for (;;) {
    const round = await puller.round();
    onRound(round);
    if (once || signal.aborted) return round;
    // More that could not be taken, since too much is in hand, will not be gone in a moment.
    const pause = round.more && round.acquired > 0 && round.failed === 0 ? 0 : interval * 1000;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return round;
  }
}
