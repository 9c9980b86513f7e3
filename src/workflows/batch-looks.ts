import { applyArrivalResults, applySettleResults, dueForLook, nextLookAt } from '../domain/batch/settling.ts';
import type { BatchState } from '../domain/batch/batch-state.ts';
import { storageActivities } from './activities.ts';
import { credentialOf } from './credential.ts';
import type { AttemptContext } from './transfer-attempts.ts';
import { until } from './until.ts';

/**
 * Our own looks at destinations, and the removal of sources, when they are due. Looks and removals that fail are tried again on their own:
 * they never fail a transfer.
 */
export async function runLooks(context: AttemptContext): Promise<void> {
  const { input, state, stopping, touch } = context;
  while (!stopping()) {
    const isDue = (): boolean => (nextLookAt(state) ?? Infinity) <= Date.now();
    await until(
      () => stopping() || isDue(),
      () => nextLookAt(state),
    );
    if (!isDue()) continue;
    const now = Date.now();
    const credential = credentialOf(input.task);
    const files = dueForLook(state, now);
    if (files.length > 0) {
      const results = await storageActivities.settleFiles({
        credential,
        files: files.map(({ key, record, source }) => ({ key, record, removeSource: source === 'present' })),
      });
      applySettleResults(state, results, Date.now(), Math.random);
    }
    await lookForShadows(state, now, credential);
    touch();
  }
}

/** Removes what arrived of files that were cancelled singly, if it is ours. */
async function lookForShadows(
  state: BatchState,
  now: number,
  credential: ReturnType<typeof credentialOf>,
): Promise<void> {
  const due = state.shadows.filter(({ lookAt }) => lookAt <= now);
  if (due.length === 0) return;
  const results = await storageActivities.removeArrived({
    credential,
    files: due.map(({ file }) => ({ key: file.key, record: file.record, removeSource: false })),
  });
  applyArrivalResults(state, results, Date.now());
}
