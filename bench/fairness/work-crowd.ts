import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../../src/demo/interrupt.ts';
import { filesOf } from '../day/loads.ts';
import { onDayStand, type DayStandOptions } from '../day/day-stand.ts';
import { Reporter } from '../day/reporter.ts';
import { taskEnds } from '../day/task-ends.ts';
import { watchDay, type DayMoment } from '../day/watch.ts';
import { BIG_USER, type CrowdOptions } from './crowd-load.ts';

export interface CrowdFindings {
  /** Seconds of each file of the users with few files, from its report. */
  untilSent: number[];
  untilDone: number[];
  /** Seconds of each of their tasks, from its first report until everything was published. */
  untilPublished: number[];
  /** Tasks of theirs that had not ended. */
  unended: number;
  /** Files of the one user that were not DONE when the last of the others had ended. */
  leftOfBig: number;
  /** FTS jobs of one task at a time, at the most. */
  mostJobsOfTask: number;
  /** Requests to FTS in one second, at the most. */
  mostRequests: number;
}

const AGAIN_MS = 500;

/**
 * Works both kinds of users until the ones with few files have all that they want.
 * @param options `closeAfter`: seconds from a task's last report until it is closed
 */
export function workCrowd(
  ending: Ending,
  options: DayStandOptions & { day: CrowdOptions; closeAfter: number },
  patienceMinutes: number,
): Promise<CrowdFindings> {
  const files = filesOf(options.day);
  const { closeAfter } = options;
  const isOfOthers = (task: number): boolean => files.tasks[task]!.user !== BIG_USER;
  return onDayStand(ending, options, async (stand) => {
    const { client, world } = stand;
    const over = new AbortController();
    const signal = AbortSignal.any([ending.signal, over.signal, AbortSignal.timeout(patienceMinutes * 60_000)]);
    // Each kind has a client's worth of signals of its own: the queue of a client would be no fault of the service.
    const [big, others] = [false, true].map((ofOthers) => {
      const jobs = files.jobs.filter(({ task }) => isOfOthers(task) === ofOthers);
      return new Reporter(client, files, { speed: 1, signal, jobs, mishaps: false, closeAfter });
    }) as [Reporter, Reporter];
    const pace = { day: files, speed: Infinity, batchWindow: options.policy.batchWindow };
    const watched = watchDay(pace, big, stand, signal);
    const crowding = big.run().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const small = files.tasks.filter((_, task) => isOfOthers(task));
    let ends: Awaited<ReturnType<typeof taskEnds>> = [];
    const everybodyServed = async (): Promise<void> => {
      await others.run();
      do {
        await sleep(AGAIN_MS, undefined, { signal });
        ends = await taskEnds(client, { tasks: small });
      } while (ends.some((end) => end === null));
    };
    await Promise.race([everybodyServed(), crowding.then(() => new Promise<never>(() => undefined))]).catch(
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    );
    const audit = await world.audit();
    over.abort();
    await crowding;
    const moments = await watched;
    const found: CrowdFindings = {
      ...{ untilSent: [], untilDone: [], untilPublished: [] },
      unended: ends.filter((end) => end === null).length,
      ...{ leftOfBig: 0, mostJobsOfTask: audit.mostJobsOfTask, mostRequests: mostRequests(moments) },
    };
    const began = new Map<number, number>();
    for (let file = 0; file < files.files; file += 1) {
      const { task } = files.jobOf(file);
      if (!isOfOthers(task)) {
        if (audit.removedAt[file] === 0) found.leftOfBig += 1;
        continue;
      }
      const at = others.reportedAt[file]!;
      began.set(task, Math.min(began.get(task) ?? Infinity, at));
      found.untilSent.push(since(at, audit.sentAt[file]!));
      found.untilDone.push(since(at, audit.removedAt[file]!));
    }
    const indexes = [...files.tasks.keys()].filter(isOfOthers);
    for (const [at, end] of ends.entries())
      if (end) found.untilPublished.push(since(began.get(indexes[at]!)!, end.endedAt));
    return found;
  });
}

/** Seconds; Infinity for what has not happened. */
const since = (from: number, to: number): number => (to === 0 ? Infinity : (to - from) / 1000);

function mostRequests(moments: readonly DayMoment[]): number {
  const rates = moments.slice(1).map(({ at, requests }, i) => {
    const before = moments[i]!;
    return (requests.fts - before.requests.fts) / (at - before.at);
  });
  return Math.max(0, ...rates);
}
