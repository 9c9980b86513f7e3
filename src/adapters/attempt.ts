import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * A process that was not heard of for so long may have lost its work to others, milliseconds: heartbeats go out every 10 s at the latest
 * (src/workers/create-workers.ts), and are missed after 15 s (src/workflows/activities.ts).
 */
const STANDSTILL_MS = 3_000;
const BEAT_MS = 1_000;

/** Why something is not done by an attempt that was held up. */
export const NOT_SENT = 'not sent: this process stood still, and others may have been given its work';

const attempts = new AsyncLocalStorage<{ begunAt: number }>();
let lastBeat = 0;
let lastStandstill = 0;
let beating: NodeJS.Timeout | null = null;

/** Notices that this process stood still: frozen, starved of CPU, or on a machine that was suspended. By the clock on the wall, which goes on then. */
function beat(): void {
  const now = Date.now();
  if (lastBeat > 0 && now - lastBeat > STANDSTILL_MS) lastStandstill = now;
  lastBeat = now;
}

/** Does a piece of work that others are given when this process is not heard of: {@link wasHeldUp} tells it so. */
export function asAttempt<T>(work: () => Promise<T>): Promise<T> {
  beat();
  beating ??= setInterval(beat, BEAT_MS).unref();
  return attempts.run({ begunAt: Date.now() }, work);
}

/**
 * The process has stood still since the attempt began that this belongs to: by now others may have done the same, and more after it, so that what
 * it was about to change is no more to be changed. False outside of attempts.
 */
export function wasHeldUp(): boolean {
  beat();
  const attempt = attempts.getStore();
  return attempt !== undefined && lastStandstill > attempt.begunAt;
}
