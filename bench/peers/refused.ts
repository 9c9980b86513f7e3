import type { Ending } from '../../src/demo/interrupt.ts';
import { TUNED } from '../support/policies.ts';
import { SOURCES } from '../support/sites.ts';
import { onStand } from '../support/stand.ts';
import { BenchTask } from '../support/task.ts';
import { fastFts } from '../support/fast-fts.ts';

export interface RefusedFigures {
  files: number;
  failed: number;
  /** The most often that one file was submitted. */
  submissions: number;
  /** The most attempts that FTS made by itself for one file. */
  ftsAttempts: number;
}

const FORBIDDEN = 'DESTINATION [1] HTTP 403 : Permission refused';

/** The destination refuses every file: another attempt would change nothing. */
export function measureRefused(ending: Ending, files: number): Promise<RefusedFigures> {
  const fts = fastFts(files, [{ url: '.', outcome: { fail: FORBIDDEN } }]);
  const policy = { ...TUNED, retryDelay: 1, retryDelayMax: 2, retryFor: 0 };
  return onStand(ending, { fts, policy }, async (stand) => {
    const task = await BenchTask.lay(stand, {
      files,
      label: 'refused',
      sources: SOURCES,
      destinations: ['T2_CH_CERN'],
    });
    await task.report();
    const transfer = await task.finish();
    const copies = [...Map.groupBy(task.copies(), ({ destination }) => destination).values()];
    return {
      files,
      failed: transfer.FAILED ?? 0,
      submissions: Math.max(...copies.map(({ length }) => length)),
      ftsAttempts: Math.max(...copies.flat().map(({ attempts }) => attempts.length)),
    };
  });
}
