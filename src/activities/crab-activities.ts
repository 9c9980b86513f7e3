import { activityInfo, log } from '@temporalio/activity';
import { wordFor, type CrabWord } from '../domain/crab-word.ts';
import { idCheck } from '../domain/ledger/entry.ts';
import type { CrabPort } from '../ports/crab.ts';
import type { CrabActivities } from './crab.types.ts';
import { isFirstTry } from './first-try.ts';

/** A call that begins so much later than it was asked for is one that was held back: no worker was running, or all were busy. */
const HELD_BACK_MS = 60_000;
/** Rows told at a time, where there are many. */
const ROWS_AT_ONCE = 500;

export interface CrabDependencies {
  crab: CrabPort;
  /** Is told of a task whose rows may be told something old yet: an earlier try's request may be on its way. */
  rowDoubt: (task: string) => Promise<void>;
}

/** Activities on the queue of CRAB's REST. */
export function createCrabActivities({ crab, rowDoubt }: CrabDependencies): CrabActivities {
  async function tell(task: string, words: readonly CrabWord[]): Promise<void> {
    const refused = await crab.tellRows(words);
    if (refused.length > 0) log.warn('CRAB refuses the states of rows', { task, rows: refused.length, refused: refused.slice(0, 5) }); // prettier-ignore
  }

  return {
    measureFiles: ({ task, lfns }) => crab.measureFiles(task, lfns),

    async tellCrab({ task, words, again = false }) {
      // What was held back is compared with the rows first, which CRAB itself does not: they may be newer generations' by now.
      const rows = again || wasHeldBack() ? await crab.taskRows(task) : null;
      const isOutdated = ({ id, startTime }: CrabWord): boolean => (rows?.get(id)?.startTime ?? 0) > startTime;
      const due = words.filter((word) => !isOutdated(word));
      await tell(task, due);
      if (!isFirstTry()) await rowDoubt(task);
      return { outdated: words.filter(isOutdated).map(({ id }) => id) };
    },

    async tellCrabUnnamed({ task, transfer, reason, files }) {
      const startTimes = new Map(files.map(({ jobId, check, startTime }) => [`${jobId} ${check}`, startTime]));
      const words: CrabWord[] = [];
      for (const [id, row] of await crab.taskRows(task)) {
        const startTime = startTimes.get(`${row.jobId} ${idCheck(id)}`);
        if (startTime === undefined || row.startTime > startTime) continue;
        words.push({ ...wordFor({ id, startTime, ...(row.worker !== null && { crabWorker: row.worker }) }), transfer, reason }); // prettier-ignore
      }
      if (words.length < files.length)
        log.warn('CRAB has no rows of some files, or newer ones', { task, files: files.length - words.length });
      for (let at = 0; at < words.length; at += ROWS_AT_ONCE) await tell(task, words.slice(at, at + ROWS_AT_ONCE));
      if (!isFirstTry()) await rowDoubt(task);
      return null;
    },
  };
}

function wasHeldBack(): boolean {
  const { attempt, scheduledTimestampMs } = activityInfo();
  return attempt > 1 || Date.now() - scheduledTimestampMs > HELD_BACK_MS;
}
