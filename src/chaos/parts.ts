/** Processes that others call, each behind a proxy. */
export const SERVICES = ['temporal', 'fts', 'dbs', 'crab', 'storage'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Two, so that one goes on where the other is frozen, and both may be gone at once. */
export const WORKERS = ['worker-1', 'worker-2'] as const;

/** Whom a strike can hit; PostgreSQL where Temporal keeps its state there. */
export type PartName = ServiceName | (typeof WORKERS)[number] | 'postgresql';
export const PARTS: readonly PartName[] = [...SERVICES, ...WORKERS, 'postgresql'];
