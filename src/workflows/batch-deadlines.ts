import type { AttemptContext } from './transfer-attempts.ts';

/** Ends files whose time over all attempts is up; a file that a person has tried again has its time anew. */
export async function runDeadlines({ state, clock, stopping, touch }: AttemptContext): Promise<void> {
  while (!stopping()) {
    await clock.until(stopping, () => state.deadline, 'deadline of its files');
    if (state.expire(clock.now())) touch();
  }
}
