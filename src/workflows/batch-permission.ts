import { transferBatchId } from '../contract/ids.ts';
import { summaryText } from '../contract/summary-text.ts';
import { barAll, permit } from '../domain/batch/holding.ts';
import { credentialOf } from '../domain/credential.ts';
import type { Errand } from '../domain/operations/hold.ts';
import { followActivities } from './activities.ts';
import type { AttemptContext } from './transfer-attempts.ts';
import { unless } from './unless.ts';

/** What the copies of a batch are about, for operators' rules: all of them are of one link. */
export function errandOf({ input, state }: AttemptContext): Errand {
  const [first] = state.files.values();
  const { source = '', destination = '' } = first?.record ?? {};
  return { task: input.task, user: credentialOf(input).user, source, destination };
}

/**
 * Waits until no operator's rule holds the batch any more, which costs no events: the activity fails benignly as long as it is held for the
 * same reason. What it waits for is shown with its files.
 */
export async function waitForPermission(context: AttemptContext, reason: string): Promise<void> {
  const { input, state, clock, stopping, touch } = context;
  // What has come back to wait since, tried again by a person, is held like the others.
  barAll(state, reason, clock.now());
  touch();
  const request = { ...errandOf(context), who: transferBatchId(input.task, input.batch), reason };
  const isNeedless = (): boolean =>
    stopping() ||
    state.list('waiting').length === 0 ||
    state.list('waiting').some(({ transfer }) => transfer !== 'HELD');
  const answer = await unless(isNeedless, () =>
    clock.after(
      followActivities.awaitPermission.executeWithOptions({ summary: summaryText(`held: ${reason}`) }, [request]),
    ),
  );
  if (!answer) return;
  if (answer.held === null) permit(state);
  else barAll(state, answer.held, clock.now());
  touch();
}
