import { FLOW_COLUMNS, type Flow } from './absolute.ts';
import type { Database } from './database.ts';
import { STEPS } from './schema.ts';

/** Whose numbers a point holds. `source` and `destination` carry only how many files are in hand; what happened at a site is the sum of its links. */
export type Kind = 'all' | 'source' | 'destination' | 'link' | 'user' | 'task' | 'class';

const ADD_FLOW = `
  INSERT INTO points (step, kind, at, a, b, ${FLOW_COLUMNS.join(', ')})
  VALUES (?, ?, ?, ?, ?, ${FLOW_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT DO UPDATE SET ${FLOW_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`;

/** Adds what happened to the buckets that `at` (epoch seconds) falls into. */
export function addPoint(database: Database, of: { kind: Kind; at: number; a: number; b: number }, flow: Flow): void {
  const { kind, at, a, b } = of;
  const values = FLOW_COLUMNS.map((column) => flow[column]);
  for (const step of Object.values(STEPS)) database.run(ADD_FLOW, step, kind, at - (at % step), a, b, ...values);
}

const ACTIVE = 'sum(waiting + submitted + retry + held)';
const OPEN_TASKS = 'tasks WHERE ended_at IS NULL';

/** What is in hand at this moment, by whom. */
const GAUGES: Partial<Record<Kind, string>> = {
  all: `SELECT 0 AS a, coalesce(${ACTIVE}, 0) AS active, coalesce(sum(open_bytes), 0) AS active_bytes,
          (SELECT coalesce(sum(acquired), 0) FROM ${OPEN_TASKS}) AS acquired
        FROM task_links WHERE task IN (SELECT id FROM ${OPEN_TASKS})`,
  source: `SELECT source AS a, ${ACTIVE} AS active, sum(open_bytes) AS active_bytes, 0 AS acquired
           FROM task_links WHERE task IN (SELECT id FROM ${OPEN_TASKS}) GROUP BY source`,
  destination: `SELECT destination AS a, ${ACTIVE} AS active, sum(open_bytes) AS active_bytes, 0 AS acquired
                FROM task_links WHERE task IN (SELECT id FROM ${OPEN_TASKS}) GROUP BY destination`,
};

/** Adds how many files, and bytes, are in hand to the buckets that `at` falls into; in a bucket's mean it is one sample. */
export function addGauges(database: Database, at: number): void {
  for (const [kind, sql] of Object.entries(GAUGES))
    for (const step of Object.values(STEPS))
      database.run(
        `INSERT INTO points (step, kind, at, a, b, samples, active, active_bytes, acquired)
         SELECT ?, ?, ?, a, 0, 1, active, active_bytes, acquired FROM (${sql}) WHERE true
         ON CONFLICT DO UPDATE SET samples = samples + 1, active = active + excluded.active,
           active_bytes = active_bytes + excluded.active_bytes, acquired = acquired + excluded.acquired`,
        ...[step, kind, at - (at % step)],
      );
}
