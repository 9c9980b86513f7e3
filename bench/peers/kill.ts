import { cancelTask } from '../../src/client/index.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import { until } from '../../src/demo/until.ts';
import { TUNED } from '../support/policies.ts';
import { SOURCES } from '../support/sites.ts';
import { onStand } from '../support/stand.ts';
import { BenchTask } from '../support/task.ts';
import { truthOfCancel } from '../support/truth-of-cancel.ts';
import { fastFts } from '../support/fast-fts.ts';

export interface KillFigures {
  files: number;
  jobs: number;
  deleteRequests: number;
  /** Seconds from the user's request until the last DELETE reached FTS. */
  lastDeleteAfter: number;
  /** Files that FTS had finished before its DELETE came. */
  tooLate: number;
  /** DONE, though FTS had not finished them; KILLED must stand. */
  overwritten: number;
}

/** A task is killed as soon as FTS has all of its jobs; copies take 5 s. */
export function measureKill(ending: Ending, files: number): Promise<KillFigures> {
  // Few enough links for full jobs, which do not wait for the window; the others do.
  const sources = SOURCES.slice(0, 5);
  return onStand(
    ending,
    { fts: { ...fastFts(files), cancelGraceMs: 1_000 }, policy: { ...TUNED, batchWindow: 20 } },
    async (stand) => {
      const task = await BenchTask.lay(stand, {
        files,
        label: 'kill',
        sources,
        destinations: ['T2_CH_CERN'],
        arrived: true,
      });
      await task.report();
      await until(() => task.copies().length === files, stand.signal, 20);
      const asked = Date.now();
      await cancelTask(stand.client, task.name, { reason: 'measured', by: 'alice' });
      await task.finish();
      const truth = await truthOfCancel(stand, task);
      const deletions = task.deletions();
      return {
        files,
        jobs: task.ftsJobs().length,
        deleteRequests: deletions.length,
        lastDeleteAfter: (Math.max(...deletions.map(({ at }) => at)) - asked) / 1000,
        tooLate: truth.finishedBefore,
        overwritten: truth.doneWithoutFinish,
      };
    },
  );
}
