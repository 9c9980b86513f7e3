import { beating, FOLLOWER_BEAT_MS } from './beating.ts';
import { createCatalogActivities, type CatalogDependencies } from './catalog-activities.ts';
import { createCrabActivities } from './crab-activities.ts';
import { createFollowActivities, type FollowDependencies } from './follow-activities.ts';
import { createFtsActivities, type FtsDependencies } from './fts-activities.ts';
import { createOperationsActivities, type OperationsDependencies } from './operations-activities.ts';
import { createRowActivities } from './row-activities.ts';
import { rowDoubts } from './row-doubts.ts';
import { createStorageActivities, type StorageDependencies } from './storage-activities.ts';
import { createTaskActivities, type TaskDependencies } from './task-activities.ts';
import { createSweepActivities } from './sweep-activities.ts';
import { stamped } from './stamped.ts';
import { mappingErrors } from './to-failure.ts';

/** Everything the activities need from outside. */
export type ActivityDependencies = FtsDependencies &
  FollowDependencies &
  StorageDependencies &
  CatalogDependencies &
  TaskDependencies &
  OperationsDependencies;

/** The activities by the part of the work they do; each part has its own task queue. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    workflows: stamped(
      beating(mappingErrors({ ...createTaskActivities(dependencies), ...createOperationsActivities(dependencies) })),
    ),
    fts: stamped(beating(mappingErrors(createFtsActivities(dependencies)))),
    ftsFollow: stamped(beating(mappingErrors(createFollowActivities(dependencies)), FOLLOWER_BEAT_MS)),
    storage: stamped(
      beating(mappingErrors({ ...createStorageActivities(dependencies), ...createSweepActivities(dependencies) })),
    ),
    crab: stamped(
      beating(
        mappingErrors({
          ...createCrabActivities({ ...dependencies, rowDoubt: rowDoubts(dependencies) }),
          ...createRowActivities(dependencies),
        }),
      ),
    ),
    catalog: stamped(beating(mappingErrors(createCatalogActivities(dependencies)))),
  };
}
