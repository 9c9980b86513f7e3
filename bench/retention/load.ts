import type { JobReport } from '../../src/domain/file.ts';
import type { Rig } from '../../test/support/rig.ts';
import { TestTask } from '../../test/support/test-task.ts';
import { SITES, type World } from '../../test/support/world.ts';
import { untilAllEnded } from '../support/all-ended.ts';
import { reportAll } from '../support/reporting.ts';

/** How the jobs of a task come. */
export interface Load {
  name: string;
  /** With two output files each. */
  jobs: number;
  /** @default as fast as one client can */
  perSecond?: number;
  /** @default 100 */
  maxFilesPerFtsJob?: number;
}

const OUTPUTS = 2;

export const filesOf = ({ jobs }: Load): number => OUTPUTS * jobs;

/**
 * Stages out and publishes one task. Returns when nothing of it is open any more.
 * @throws Error where not everything is published
 */
export async function workLoad(load: Load, { world, rig }: { world: World; rig: Rig }, user: string): Promise<void> {
  const { name, jobs, perSecond } = load;
  const task = new TestTask(world, rig, user);
  const sources = SITES.filter((site) => site !== 'T2_CH_CERN');
  const reports: JobReport[] = [];
  for (let i = 0; i < jobs; i++)
    reports.push(await task.job({ jobId: String(i + 1), outputs: OUTPUTS, source: sources[i % sources.length]! }));
  await reportAll(rig.client, task.name, reports, perSecond === undefined ? {} : { perSecond });
  const totals = await task.finish();
  if (totals.publication.DONE !== filesOf(load))
    throw new Error(`${name}: not everything is published: ${JSON.stringify(totals)}`);
  await untilAllEnded(rig.client, AbortSignal.timeout(60_000));
}
