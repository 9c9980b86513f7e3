import type { TaskReports } from '../contract/job-reports.ts';
import { vomsOf } from '../domain/credential.ts';
import type { FileRecord, JobReport } from '../domain/file.ts';
import type { ReadRow } from './read-row.ts';

/** A row that cannot be taken: CRAB is told so. */
export interface BadRow {
  id: string | null;
  reason: string;
}

/** Rows as reports of jobs. */
export interface CollectedRows {
  tasks: TaskReports[];
  /** Files in `tasks`. */
  files: number;
  bad: BadRow[];
}

/**
 * Gathers rows by task and job. CRAB's rows do not say how many files a job has: it is taken to have those that are here together, bad ones
 * included. One that comes later joins its job.
 */
export function collectRows(rows: readonly ReadRow[]): CollectedRows {
  const jobs = new Map<string, { task: string; report: JobReport }>();
  const tasks = new Map<string, TaskReports>();
  const bad: BadRow[] = [];
  for (const row of rows) {
    if (row.job) {
      const { task, jobId, retry } = row.job;
      const key = JSON.stringify([task, jobId, retry]);
      const { report } = jobs.get(key) ?? { report: { jobId, retry, expected: 0, files: [] as FileRecord[] } };
      jobs.set(key, { task, report });
      report.expected += 1;
      if (row.fault === undefined) report.files.push(row.file);
    }
    if (row.fault !== undefined) bad.push({ id: row.id, reason: `row refused: ${row.fault}` });
    // Group and role belong to the task, so that all rows of one say the same.
    else if (!tasks.has(row.job.task)) tasks.set(row.job.task, { task: row.job.task, jobs: [], ...vomsOf(row.voms) });
  }
  let files = 0;
  for (const { task, report } of jobs.values()) {
    if (report.files.length === 0) continue;
    files += report.files.length;
    tasks.get(task)?.jobs.push(report);
  }
  return { tasks: [...tasks.values()], files, bad };
}
