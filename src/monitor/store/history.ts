import type { Database, Row } from './database.ts';
import type { Names } from './names.ts';
import type { Kind } from './points.ts';
import { rangeOf, type Range } from './range.ts';
import type { Filter, Happened, Series, SeriesPoint } from './views.ts';

const FLOW_SUMS = `coalesce(sum(reported), 0) AS reported, coalesce(sum(done), 0) AS done, coalesce(sum(failed), 0) AS failed,
  coalesce(sum(killed), 0) AS killed, coalesce(sum(done_bytes), 0) AS done_bytes, coalesce(sum(failed_bytes), 0) AS failed_bytes,
  coalesce(sum(published), 0) AS published, coalesce(sum(unpublished), 0) AS unpublished`;

const happened = (row: Row): Happened => ({
  ...{ reported: Number(row['reported']), done: Number(row['done']), failed: Number(row['failed']) },
  ...{ killed: Number(row['killed']), doneBytes: Number(row['done_bytes']), failedBytes: Number(row['failed_bytes']) },
});

/** What happened, out of the buckets. Names that were never seen have no numbers. */
export class History {
  readonly #database: Database;
  readonly #names: Names;
  readonly #minuteDays: number;

  constructor(database: Database, names: Names, minuteDays: number) {
    this.#database = database;
    this.#names = names;
    this.#minuteDays = minuteDays;
  }

  /** When the first sample was taken, epoch seconds; null where none was. */
  beginsAt(): number | null {
    const at = this.#database.get('SELECT begins_at FROM history')?.['begins_at'];
    return typeof at === 'number' ? at : null;
  }

  /** The range as it can be told from what is kept. */
  range(from: number, to: number, now: number): Range {
    return rangeOf(from, to, now, this.#minuteDays);
  }

  /** How a range went for what the filter names. */
  series(filter: Filter, from: number, to: number, now: number): Series {
    const range = this.range(from, to, now);
    const { step, bucket } = range;
    const flows = this.#flows(filter, range);
    const gauges = this.#gauges(filter, range);
    const sampled = this.#sampled(range);
    const knowsPublication = !filter.source && !filter.destination;
    const points: SeriesPoint[] = [];
    for (let at = range.from; at < range.to; at += step) {
      const [flow, gauge, samples] = [flows.get(at) ?? {}, gauges?.get(at) ?? {}, sampled.get(at) ?? 0];
      const mean = (column: string): number | null =>
        gauges && samples > 0 ? Number(gauge[column] ?? 0) / samples : null;
      points.push({
        ...{ at, ...happened({ ...EMPTY, ...flow }) },
        published: knowsPublication ? Number(flow['published'] ?? 0) : null,
        unpublished: knowsPublication ? Number(flow['unpublished'] ?? 0) : null,
        ...{ active: mean('active'), activeBytes: mean('active_bytes') },
        publishing: isWhole(filter) ? mean('acquired') : null,
      });
    }
    const { from: start, to: end } = range;
    const totals = totalOf(points, knowsPublication);
    return { from: start, to: end, step, points, totals, publicationLag: lagOf(points, step, now, bucket) };
  }

  /** Each link on which something happened in a range, the busiest first. */
  links(filter: Filter, from: number, to: number, now: number): (Happened & { source: string; destination: string })[] {
    const range = this.range(from, to, now);
    const where = this.#where(filter);
    if (!where) return [];
    const rows = this.#database.all(
      `SELECT s.name AS source, d.name AS destination, ${FLOW_SUMS}
       FROM points JOIN names s ON s.id = a JOIN names d ON d.id = b
       WHERE step = ? AND kind = 'link' AND at >= ? AND at < ? ${where.sql} GROUP BY a, b ORDER BY sum(done_bytes) DESC`,
      ...[range.bucket, range.from, range.to, ...where.values],
    );
    return rows.map((row) => ({
      ...{ source: String(row['source']), destination: String(row['destination']) },
      ...happened(row),
    }));
  }

  /** What happened in a range by user, or the failures by class. */
  by(kind: 'user' | 'class', from: number, to: number, now: number): Map<string, Happened & { published: number }> {
    const range = this.range(from, to, now);
    const rows = this.#database.all(
      `SELECT name, ${FLOW_SUMS} FROM points JOIN names ON id = a
       WHERE step = ? AND kind = ? AND at >= ? AND at < ? GROUP BY a ORDER BY sum(done_bytes) DESC`,
      ...[range.bucket, kind, range.from, range.to],
    );
    return new Map(rows.map((row) => [String(row['name']), { ...happened(row), published: Number(row['published']) }]));
  }

  #flows(filter: Filter, { from, to, step, bucket }: Range): Map<number, Row> {
    const kind = kindOf(filter);
    const where = this.#where(filter);
    if (!where) return new Map();
    const rows = this.#database.all(
      `SELECT at - at % ? AS start, ${FLOW_SUMS} FROM points
       WHERE step = ? AND kind = ? AND at >= ? AND at < ? ${where.sql} GROUP BY start`,
      ...[step, bucket, kind, from, to, ...where.values],
    );
    return new Map(rows.map((row) => [Number(row['start']), row]));
  }

  /** Sums over samples of what was in hand; null where that is not kept for the filter. */
  #gauges(filter: Filter, { from, to, step, bucket }: Range): Map<number, Row> | null {
    const kind = kindOf(filter);
    const isSite = kind === 'link' && !(filter.source && filter.destination);
    if (kind !== 'all' && !isSite) return null;
    const id = this.#names.find(filter.source ?? filter.destination ?? '');
    const rows = this.#database.all(
      `SELECT at - at % ? AS start, sum(active) AS active, sum(active_bytes) AS active_bytes, sum(acquired) AS acquired
       FROM points WHERE step = ? AND kind = ? AND at >= ? AND at < ? AND a = ? GROUP BY start`,
      ...[step, bucket, kind === 'all' ? 'all' : filter.source ? 'source' : 'destination', from, to, id ?? -1],
    );
    return new Map(rows.map((row) => [Number(row['start']), row]));
  }

  /** Samples by point of the chart. */
  #sampled({ from, to, step, bucket }: Range): Map<number, number> {
    const rows = this.#database.all(
      `SELECT at - at % ? AS start, sum(samples) AS samples FROM points
       WHERE step = ? AND kind = 'all' AND at >= ? AND at < ? GROUP BY start`,
      ...[step, bucket, from, to],
    );
    return new Map(rows.map((row) => [Number(row['start']), Number(row['samples'])]));
  }

  /** The condition that a filter means for points of its kind; null where it names what was never seen. */
  #where({ source, destination, user, task }: Filter): { sql: string; values: number[] } | null {
    const conditions: [string, string | undefined][] = [
      ['a', task ?? user ?? source],
      ['b', task || user ? undefined : destination],
    ];
    let sql = '';
    const values: number[] = [];
    for (const [column, name] of conditions) {
      if (name === undefined) continue;
      const id = this.#names.find(name);
      if (id === undefined) return null;
      sql += ` AND ${column} = ?`;
      values.push(id);
    }
    return { sql, values };
  }
}

const EMPTY = { reported: 0, done: 0, failed: 0, killed: 0, done_bytes: 0, failed_bytes: 0 };

const kindOf = ({ source, destination, user, task }: Filter): Kind =>
  task ? 'task' : user ? 'user' : source || destination ? 'link' : 'all';

const isWhole = (filter: Filter): boolean => kindOf(filter) === 'all';

function totalOf(points: SeriesPoint[], knowsPublication: boolean): Series['totals'] {
  const sum = (of: (point: SeriesPoint) => number | null): number =>
    points.reduce((total, point) => total + (of(point) ?? 0), 0);
  return {
    ...{ reported: sum((p) => p.reported), done: sum((p) => p.done), failed: sum((p) => p.failed) },
    ...{ killed: sum((p) => p.killed), doneBytes: sum((p) => p.doneBytes), failedBytes: sum((p) => p.failedBytes) },
    published: knowsPublication ? sum((p) => p.published) : null,
    unpublished: knowsPublication ? sum((p) => p.unpublished) : null,
  };
}

/**
 * Little's law: files that wait on average are those that come in a second times the seconds each waits. It holds over stretches that
 * are long against the wait; only points with samples count.
 */
function lagOf(points: SeriesPoint[], step: number, now: number, bucket: number): number | null {
  const known = points.filter(({ publishing, at }) => publishing !== null && at <= now);
  const published = known.reduce((sum, point) => sum + (point.published ?? 0), 0);
  if (published === 0) return null;
  const waited = known.reduce((sum, { publishing, at }) => {
    // The point that is not over yet has waited only so far, but no less than a bucket.
    const seconds = Math.min(step, Math.max(now - at, bucket));
    return sum + (publishing ?? 0) * seconds;
  }, 0);
  return waited / published;
}
