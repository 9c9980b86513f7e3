import Table from 'cli-table3';
import type { FailureClass } from '../domain/failure-classes.ts';
import { ruleOf } from '../domain/failure-classes.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { TaskResult } from './results.ts';

/** What became of everything, as tables. */
export function resultTables(results: readonly TaskResult[], world: SimulatedWorld, files: number): string {
  return [taskTable(results), linkTable(results), failureTable(results), requestTable(world, files)].join('\n\n');
}

function taskTable(results: readonly TaskResult[]): string {
  const rows = results.map(({ task, status: { transfer, publication, files, jobs, batches } }) => [
    `${task.user}: ${task.label}`,
    { 'with-report': 'with the report', later: 'when done', never: 'no' }[task.publication],
    ...[files, jobs.total, batches.started, transfer.DONE ?? 0, transfer.FAILED ?? 0],
    ...[publication.DONE ?? 0, publication.FAILED ?? 0, publication.NOT_REQUIRED ?? 0],
  ]);
  const sums = [2, 3, 4, 5, 6, 7, 8, 9].map((at) => rows.reduce((sum, row) => sum + Number(row[at]), 0));
  const head = ['task', 'publish', 'files', 'jobs', 'batches', 'DONE', 'FAILED', 'in DBS', 'pub. FAILED', 'not asked'];
  return `By task\n${draw(head, [...rows, ['all', '', ...sums]])}`;
}

function linkTable(results: readonly TaskResult[]): string {
  const links = new Map<string, { files: number; done: number; failed: number; bytes: number; attempts: number }>();
  for (const { files } of results)
    for (const { detail, transfer } of files) {
      if (!detail) continue;
      const name = `${detail.source} → ${detail.destination}`;
      const link = links.get(name) ?? { files: 0, done: 0, failed: 0, bytes: 0, attempts: 0 };
      links.set(name, link);
      link.files += 1;
      link.attempts += detail.ftsJobIds.length;
      if (transfer === 'DONE') link.done += 1;
      else link.failed += 1;
      if (transfer === 'DONE') link.bytes += detail.size;
    }
  const rows = [...links].map(([name, link]) => [
    name,
    ...[link.files, link.done, link.failed, (link.bytes / 1e6).toFixed(1), (link.attempts / link.files).toFixed(2)],
  ]);
  return `By link\n${draw(['link', 'files', 'DONE', 'not DONE', 'MB', 'attempts/file'], rows)}`;
}

function failureTable(results: readonly TaskResult[]): string {
  const classes = new Map<FailureClass, { attempts: number; files: Set<string>; ended: number; reason: string }>();
  for (const { task, files } of results)
    for (const { detail, transfer, failure, key } of files) {
      for (const attempt of detail?.attempts ?? []) {
        const entry = classes.get(attempt.class) ?? { attempts: 0, files: new Set(), ended: 0, reason: attempt.reason };
        classes.set(attempt.class, entry);
        entry.attempts += 1;
        entry.files.add(`${task.name} ${key}`);
      }
      const last = failure && classes.get(failure);
      if (last && transfer === 'FAILED') last.ended += 1;
    }
  const rows = [...classes]
    .sort(([, a], [, b]) => b.attempts - a.attempts)
    .map(([name, { attempts, files, ended, reason }]) => {
      const { recoverable, code } = ruleOf(name);
      return [name, attempts, files.size, files.size - ended, ended, recoverable ? 'yes' : 'no', code, short(reason)];
    });
  const head = ['class', 'failed attempts', 'files', 'overcome', 'FAILED', 'retried', 'code', 'for example'];
  return `Failures by class\n${draw(head, rows)}`;
}

function requestTable({ fts, dbs, crab, storage }: SimulatedWorld, files: number): string {
  const rows = Object.entries({ FTS: fts, DBS: dbs, CRAB: crab, 'storage doors': storage }).map(
    ([name, { server }]) => {
      const counts = Object.entries(server.counts);
      const total = counts.reduce((sum, [, count]) => sum + count, 0);
      // The doors' paths are sites, which say nothing here.
      const byMethod = Map.groupBy(counts, ([kind]) => (name === 'FTS' ? kind : kind.split(' ')[0]));
      const kinds = [...byMethod].map(([kind, of]) => `${of.reduce((sum, [, count]) => sum + count, 0)} ${kind}`);
      return [name, total, (total / files).toFixed(2), kinds.join(', ')];
    },
  );
  return `Requests (to the storage doors: FTS's copies too)\n${draw(['service', 'requests', 'per file', 'of them'], rows)}`;
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

function draw(head: string[], rows: (string | number)[][]): string {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString();
}
