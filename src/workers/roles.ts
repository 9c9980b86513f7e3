import { TASK_QUEUES } from '../contract/task-queues.ts';

/** What a worker process may serve: one role per task queue. */
export const ROLES = {
  workflows: TASK_QUEUES.workflows,
  fts: TASK_QUEUES.fts,
  'fts-follow': TASK_QUEUES.ftsFollow,
  catalog: TASK_QUEUES.catalog,
  storage: TASK_QUEUES.storage,
  crab: TASK_QUEUES.crab,
} as const;

export type Role = keyof typeof ROLES;

export const ALL_ROLES = Object.keys(ROLES) as Role[];
