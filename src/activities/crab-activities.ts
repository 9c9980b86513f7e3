import { activityInfo, log } from '@temporalio/activity';
import type { CrabWord } from '../domain/crab-word.ts';
import type { CrabPort } from '../ports/crab.ts';
import type { CrabActivities } from './types.ts';

/** Activities on the queue of CRAB's REST. */
export function createCrabActivities({ crab }: { crab: CrabPort }): CrabActivities {
  return {
    measureFiles: ({ task, lfns }) => crab.measureFiles(task, lfns),

    async tellCrab({ task, words }) {
      // What was held back is compared with the rows first, which CRAB itself does not: they may be newer generations' by now.
      const starts = activityInfo().attempt > 1 ? await crab.rowStarts(task) : new Map<string, number>();
      const isOutdated = ({ id, startTime }: CrabWord): boolean => (starts.get(id) ?? 0) > startTime;
      const refused = await crab.tellRows(words.filter((word) => !isOutdated(word)));
      if (refused.length > 0) log.warn('CRAB refuses the states of rows', { task, rows: refused.length, refused: refused.slice(0, 5) }); // prettier-ignore
      return { outdated: words.filter(isOutdated).map(({ id }) => id) };
    },
  };
}
