/**
 * Task queues. Each kind of work has its own, so that one that is slow or down never holds up another:
 * submissions and cancels never wait behind followers, DBS outages hold only publications.
 */
export const TASK_QUEUES = {
  workflows: 'aso',
  fts: 'aso-fts',
  ftsFollow: 'aso-fts-follow',
  catalog: 'aso-catalog',
  storage: 'aso-storage',
  crab: 'aso-crab',
} as const;
