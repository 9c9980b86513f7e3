import { link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reportAll } from '../support/reporting.ts';
import type { Stand } from '../support/stand.ts';
import { makeJob } from '../../test/support/world.ts';
import type { JobReport } from '../../src/domain/file.ts';

/** A job output and the task that it is of. */
export interface TrickledJob {
  task: string;
  job: JobReport;
}

/** The sites of one task, where its jobs run: as many as a CMS task's input lies at (cms-figures.ts). */
export const TRICKLE_SITES: readonly string[] = Array.from(
  { length: 20 },
  (_, site) => `T2_DE_Trickle${String.fromCharCode(65 + site)}`,
);

const DESTINATION = 'T2_CH_CERN';

/** Files laid at a time. */
const AT_ONCE = 8;

/**
 * Job outputs of two and three files by turns, in the order of their reports: one of each task, then the next of each. Successive ones of a task
 * run at different sites, so that each has a link, and with it a batch, of its own; their files lie at their destination already, since the FTS here
 * moves no bytes.
 */
export async function layTrickle({ world }: Stand, tasks: number, jobsPerTask: number): Promise<TrickledJob[]> {
  const names = Array.from({ length: tasks }, (_, task) => `261122_${String(100_000 + task)}:alice_crab_trickle`);
  for (const task of names)
    world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const laid: TrickledJob[] = [];
  let next = 0;
  const layNext = async (): Promise<void> => {
    for (let at = next++; at < tasks * jobsPerTask; at = next++) {
      const task = names[at % tasks]!;
      const turn = Math.floor(at / tasks);
      const job = await makeJob(world, {
        ...{ task, jobId: String(turn + 1), log: false, outputs: 2 + (at % 2), destination: DESTINATION },
        source: TRICKLE_SITES[(turn + at) % TRICKLE_SITES.length]!,
      });
      for (const { source, sourceLfn, destination, destinationLfn } of job.files) {
        const arrived = join(world.storage.root, destination, destinationLfn);
        await mkdir(dirname(arrived), { recursive: true });
        await link(join(world.storage.root, source, sourceLfn), arrived);
      }
      laid[at] = { task, job };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, layNext));
  return laid;
}

/** Reports each when its turn has come, a signal each. */
export async function trickle(
  { client, signal }: Stand,
  jobs: readonly TrickledJob[],
  perSecond: number,
): Promise<void> {
  const taskOf = new Map(jobs.map(({ task, job }) => [job, task]));
  await reportAll(client, (job) => taskOf.get(job)!, [...taskOf.keys()], { perSecond, signal });
}
