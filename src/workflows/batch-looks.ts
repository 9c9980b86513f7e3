import { applySettleResults, cleanUpEnds, dueForLook, needsSum, nextLookAt } from '../domain/batch/settling.ts';
import { applyArrivalResults, shadowsDue } from '../domain/batch/shadows.ts';
import { storageActivities } from './activities.ts';
import { credentialOf } from '../domain/credential.ts';
import type { AttemptContext } from './transfer-attempts.ts';

/**
 * Our own looks at destinations, and the removal of sources, when they are due. Looks and removals that fail are tried again on their own:
 * they never fail a transfer.
 */
export async function runLooks(context: AttemptContext): Promise<void> {
  const { input, state, clock, stopping, touch } = context;
  while (!stopping()) {
    const isDue = (): boolean => (nextLookAt(state) ?? Infinity) <= clock.now();
    await clock.until(
      () => stopping() || isDue(),
      () => nextLookAt(state),
      'next look at storage',
    );
    if (!isDue()) continue;
    const now = clock.now();
    const files = dueForLook(state, now);
    if (files.length > 0) {
      const request = files.map((file) => {
        const { key, record, source } = file;
        return { key, record, removeSource: source === 'present', needsSum: needsSum(file) };
      });
      const terms = { credential: credentialOf(input), waitUntil: cleanUpEnds(state, files) };
      const results = await clock.after(
        storageActivities.settleFiles.executeWithOptions({ summary: `look and clean-up, ${request.length} files` }, [
          { ...terms, files: request },
        ]),
      );
      applySettleResults(state, results, clock.now(), Math.random);
    }
    await lookForShadows(context, now);
    touch();
  }
}

/** Removes what landed of files that nobody waits for any more, if it is ours. */
async function lookForShadows({ input, state, clock }: AttemptContext, now: number): Promise<void> {
  const due = shadowsDue(state, now).flatMap(({ key }) => state.files.get(key) ?? []);
  if (due.length === 0) return;
  const files = due.map(({ key, record }) => ({ key, record }));
  const terms = { credential: credentialOf(input), waitUntil: cleanUpEnds(state, due) };
  const results = await clock.after(storageActivities.removeArrived({ ...terms, files }));
  applyArrivalResults(state, results, clock.now());
}
