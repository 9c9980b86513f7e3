import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { StampedActivities } from '../activities/stamped.ts';
import type { CatalogActivities } from '../activities/catalog.types.ts';
import type { CrabActivities } from '../activities/crab.types.ts';
import type { FollowActivities } from '../activities/follow.types.ts';
import type { FtsActivities } from '../activities/fts.types.ts';
import type { OperationsActivities } from '../activities/operations.types.ts';
import type { StorageActivities } from '../activities/storage.types.ts';
import type { SweepActivities } from '../activities/sweep.types.ts';
import type { TaskActivities } from '../activities/task.types.ts';
import { TASK_QUEUES } from '../contract/task-queues.ts';

/**
 * Activities by what they talk to. None has a bound on its attempts: an outage of FTS, DBS, CRAB or a site holds files, it never
 * fails them. Pauses double up to a minute, so that an outage is left at most that late.
 */
const retry = { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 minute' };

/** Every activity says that it is alive (src/activities/beating.ts): what a dead worker had in hand is tried elsewhere after so long. */
const heartbeatTimeout = '15 s';

export const taskActivities = proxyActivities<StampedActivities<TaskActivities>>({
  taskQueue: TASK_QUEUES.workflows,
  startToCloseTimeout: '30 s',
  heartbeatTimeout,
  retry,
});

export const operationsActivities = proxyActivities<StampedActivities<OperationsActivities>>({
  taskQueue: TASK_QUEUES.workflows,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout,
  retry,
});

/** A submission of 100 files takes seconds at worst, a look after a lost answer as long again. */
export const ftsActivities = proxyActivities<StampedActivities<FtsActivities>>({
  taskQueue: TASK_QUEUES.fts,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout,
  retry,
});

/** A follower may hold a pause of up to 18 s without a beat (src/activities/first-pauses.ts), so that it is given up later. */
const followerTimeout = '30 s';

/**
 * Waiting for a change is an attempt that fails benignly with the time of the next one: it costs no events and holds no slot between
 * attempts. Cancelling does not wait for an attempt under way.
 */
export const followActivities = proxyActivities<StampedActivities<FollowActivities>>({
  taskQueue: TASK_QUEUES.ftsFollow,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: followerTimeout,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  // Looks in vain count as attempts: with longer pauses a follower whose worker died would come back late.
  retry: { ...retry, maximumInterval: '10 s' },
});

/** Up to 100 files with two looks and a removal each; a door may be slow. */
export const storageActivities = proxyActivities<StampedActivities<StorageActivities & SweepActivities>>({
  taskQueue: TASK_QUEUES.storage,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout,
  retry,
});

export const crabActivityOptions = {
  taskQueue: TASK_QUEUES.crab,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout,
  retry,
} satisfies ActivityOptions;

export const crabActivities = proxyActivities<StampedActivities<CrabActivities>>(crabActivityOptions);

/** DBS takes minutes for large blocks (CRABServer issues 9058 and 9302: one to three). */
export const catalogActivities = proxyActivities<StampedActivities<CatalogActivities>>({
  taskQueue: TASK_QUEUES.catalog,
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout,
  retry,
});
