import { isGrpcServiceError, type Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import proto, { type temporal } from '@temporalio/proto';

/** The activity that follows an FTS job (src/activities/follow-activities.ts). */
const FOLLOWER = 'followFtsJob';
/** A follower that looks within so many milliseconds is not worth a reset, nor safe to reset. */
const SOON_MS = 1_000;
/** gRPC's status NOT_FOUND. */
const NOT_FOUND = 5;

const { WorkflowExecutionStatus, PendingActivityState } = proto.temporal.api.enums.v1;
const { WORKFLOW_EXECUTION_STATUS_RUNNING: RUNNING } = WorkflowExecutionStatus;
const { PENDING_ACTIVITY_STATE_STARTED: STARTED, PENDING_ACTIVITY_STATE_SCHEDULED: SCHEDULED } = PendingActivityState;
type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/** `looks`: FTS is looked at after the moment in question; `busy`: a look before it may be under way, or none is planned yet; ask again. */
export type LookAnswer = 'looks' | 'busy';

/**
 * Has a batch's follower look at FTS now instead of after its pause. Nothing of it enters the batch's history.
 *
 * Only a follower that waits is reset. Temporal sets the attempt's number to 1 whatever the follower is doing, and takes no result of
 * an attempt whose number is another one: a look under way would be lost, and the next one would come after the heartbeat time-out
 * (server 1.29.1: ResetActivity in service/history/workflow/activity.go, respondactivitytaskfailed and -completed).
 *
 * @param since epoch milliseconds; whoever looks at FTS after that knows already
 * @throws gRPC's errors where Temporal cannot be asked
 */
export async function lookNow(client: Client, batchId: string, since: number): Promise<LookAnswer> {
  const { namespace, identity } = client.options;
  try {
    const execution = { workflowId: batchId };
    const { workflowExecutionInfo: batch, pendingActivities = [] } =
      await client.workflowService.describeWorkflowExecution({ namespace, execution });
    if (batch?.status !== RUNNING) return 'looks';
    const follower = pendingActivities?.find(({ activityType }) => activityType?.name === FOLLOWER);
    if (!follower) return 'busy';
    const state = stateOf(follower, since);
    if (state !== 'waits') return state;
    await client.workflowService.resetActivity({
      ...{ namespace, identity, execution: batch.execution ?? execution },
      id: follower.activityId ?? '',
      keepPaused: true,
    });
    return 'looks';
  } catch (error) {
    // The batch or its follower has ended: it knows.
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return 'looks';
    throw error;
  }
}

function stateOf(follower: PendingActivity, since: number): LookAnswer | 'waits' {
  const { state, lastStartedTime, lastAttemptCompleteTime, nextAttemptScheduleTime } = follower;
  // The first attempt is no look before its pause is over.
  if (!lastAttemptCompleteTime) return 'busy';
  if (state === STARTED) return lastStartedTime && tsToMs(lastStartedTime) > since ? 'looks' : 'busy';
  // Being cancelled, or paused by an operator.
  if (state !== SCHEDULED) return 'looks';
  const isSoon = !nextAttemptScheduleTime || tsToMs(nextAttemptScheduleTime) < Date.now() + SOON_MS;
  return isSoon ? 'looks' : 'waits';
}
