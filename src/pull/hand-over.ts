import { addFiles } from '../client/index.ts';
import type { TaskReports } from '../contract/job-reports.ts';
import type { PullParts } from './pull-parts.ts';

/** Tasks reported to at a time. */
const TASKS_AT_ONCE = 8;

/**
 * Reports jobs to their tasks, which are started or joined. Of a task that does not take its report the rows stay as they are, for a later round.
 * @returns ids of the files that arrived
 */
export async function handOver({ client, warn }: PullParts, tasks: readonly TaskReports[]): Promise<Set<string>> {
  const arrived = new Set<string>();
  const waiting = [...tasks];
  const next = async (): Promise<void> => {
    for (let report = waiting.pop(); report; report = waiting.pop()) {
      const { task, jobs, ...voms } = report;
      try {
        await addFiles(client, task, jobs, voms);
        for (const { id } of jobs.flatMap(({ files }) => files)) arrived.add(id);
      } catch (error) {
        warn(`${task}: not reported: ${(error as Error).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: TASKS_AT_ONCE }, next));
  return arrived;
}
