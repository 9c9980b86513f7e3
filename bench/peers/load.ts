import type { Ending } from '../../src/demo/interrupt.ts';
import { ftsRequests } from '../../src/demo/fts-view.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { quantile } from '../support/quantile.ts';
import { SOURCES } from '../support/sites.ts';
import { onStand } from '../support/stand.ts';
import { BenchTask } from '../support/task.ts';
import { fastFts } from '../support/fast-fts.ts';

export interface LoadOptions {
  files: number;
  /** What differs from the policy that is shipped. */
  policy: Partial<Policy>;
  /** Files a second. @default as fast as one client can report them */
  perSecond?: number;
}

export interface LoadFigures {
  files: number;
  done: number;
  /** Seconds from the first report until the task's books have every file's end. */
  allFinalAfter: number;
  /** Seconds of CPU per 1,000 files; null where the system does not tell. */
  workerCpu: number | null;
  serverCpu: number | null;
  ftsRequestsPerFile: number;
  /** Seconds from a file's report until FTS has it. */
  submittedAfter: { median: number; p95: number };
  ftsJobs: number;
  sentTwice: number;
}

/** One task of files from ten sources to one destination, in a burst or trickling in. */
export function measureLoad(ending: Ending, { files, policy, perSecond }: LoadOptions): Promise<LoadFigures> {
  return onStand(ending, { fts: fastFts(files), policy, patience: 10 }, async (stand) => {
    const { world } = stand;
    const task = await BenchTask.lay(stand, {
      ...{ files, label: 'load', sources: SOURCES, destinations: ['T2_CH_CERN'], arrived: true },
    });
    const before = stand.cpu();
    const started = performance.now();
    await task.report(perSecond);
    const transfer = await task.finish();
    const allFinalAfter = (performance.now() - started) / 1000;
    const after = stand.cpu();
    const waits = task
      .ftsJobs()
      .flatMap((job) => job.files.map((file) => (job.submitTime - reportTime(task, file.destination)) / 1000));
    const perThousand = (from: number | null, to: number | null): number | null =>
      from === null || to === null ? null : ((to - from) / files) * 1000;
    return {
      files,
      done: transfer.DONE ?? 0,
      allFinalAfter,
      workerCpu: perThousand(before.worker, after.worker),
      serverCpu: perThousand(before.server, after.server),
      ftsRequestsPerFile: ftsRequests(world.fts) / files,
      submittedAfter: { median: quantile(waits, 0.5), p95: quantile(waits, 0.95) },
      ftsJobs: task.ftsJobs().length,
      sentTwice: task.sentTwice(),
    };
  });
}

const reportTime = (task: BenchTask, url: string): number =>
  task.reportedAt.get(url.slice(url.indexOf('/store/'))) ?? NaN;
