import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds, looking every `everyMs`. @throws the signal's reason when it is aborted */
export async function until(
  holds: () => boolean | Promise<boolean>,
  signal: AbortSignal,
  everyMs = 100,
): Promise<void> {
  while (!(await holds())) {
    signal.throwIfAborted();
    await sleep(everyMs);
  }
}
