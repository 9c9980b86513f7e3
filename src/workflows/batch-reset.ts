import { workflowInfo } from '@temporalio/workflow';
import type { TransferBatchInput } from '../contract/internal-messages.ts';
import { applyOrder } from '../domain/batch/batch-orders.ts';
import { credentialOf } from '../domain/credential.ts';
import { ftsActivities } from './activities.ts';
import type { AttemptContext } from './transfer-attempts.ts';
import { unless } from './unless.ts';

/**
 * An operator has reset this run, or one before: what was done after the point of the reset is unknown here. Only for what activities are told:
 * histories do not say it, so that code which goes by it does not replay.
 */
export const wasReset = (input: TransferBatchInput): boolean =>
  input.wasReset === true || workflowInfo().runId !== workflowInfo().originalExecutionRunId;

/**
 * Takes a turn at FTS without being asked, when its task has ended and gives none any more: most often the batch was reset, and what it sends is
 * found there by its ids.
 */
export async function admitItself(context: AttemptContext): Promise<void> {
  const { input, state, clock, stopping } = context;
  const [first] = state.files.values();
  const request = { destination: first?.record.destination ?? '', credential: credentialOf(input) };
  const target = state.target ?? (await unless(stopping, () => clock.after(ftsActivities.prepareFts(request))));
  state.slot = 'wanted';
  if (target) applyOrder(state, { kind: 'admit', target }, clock.now());
}
