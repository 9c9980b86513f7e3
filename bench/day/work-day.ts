import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../../src/demo/interrupt.ts';
import { closeAccounts, type DayAccounts } from './accounts.ts';
import type { DayAudit } from './audit.ts';
import { filesOf } from './loads.ts';
import { onDayStand, type DayStand, type DayStandOptions } from './day-stand.ts';
import { usedBetween } from '../support/cpu.ts';
import { sumEnded, type SumsByType } from '../support/histories.ts';
import { Reporter } from './reporter.ts';
import { openTasks, openWorkflows, taskEnds, whatIsWaitedFor } from './task-ends.ts';
import { watchDay, type DayMoment } from './watch.ts';

/** All that is found of a day. */
export interface DayFindings {
  speed: number;
  /** Seconds of the day. */
  lasted: number;
  /** Real seconds: until the last report, until every task had ended, until nothing of them was left to do; of these the clock stood still. */
  seconds: { reporting: number; tasks: number; all: number; held: number };
  /** Nothing is missing: neither was it interrupted, nor was patience over. */
  isWhole: boolean;
  /** Workflows that had not ended. */
  open: number;
  /** What some of the tasks that have not ended wait for. */
  waiting: string[];
  accounts: DayAccounts;
  audit: DayAudit;
  reportedAt: Float64Array;
  broken: number;
  moments: DayMoment[];
  histories: SumsByType;
  cpu: ReturnType<DayStand['cpu']>;
  memory: ReturnType<DayStand['memory']>;
  databaseBytes: number | null;
  batchWindow: number;
}

/** Works the files of a day, or of a piece of it, from the first report until nothing is left to do. */
export function workDay(ending: Ending, options: DayStandOptions, patienceMinutes: number): Promise<DayFindings> {
  const day = filesOf(options.day);
  return onDayStand(ending, options, async (stand) => {
    const { client, world } = stand;
    const { policy } = options;
    const patience = AbortSignal.any([ending.signal, AbortSignal.timeout(patienceMinutes * 60_000)]);
    const reporter = new Reporter(client, day, { speed: options.speed, signal: patience });
    const watching = new AbortController();
    const watched = watchDay(
      { day, speed: options.speed, batchWindow: policy.batchWindow },
      reporter,
      stand,
      watching.signal,
    );
    const start = performance.now();
    const before = stand.cpu();
    const passed = (): number => (performance.now() - start) / 1000;
    const seconds = { reporting: NaN, tasks: NaN, all: NaN, held: 0 };
    try {
      await reporter.run();
      seconds.reporting = passed();
      while ((await openTasks(client)) > 0) await sleep(1_000, undefined, { signal: patience });
      seconds.tasks = passed();
      while ((await openWorkflows(client)) > 0) await sleep(1_000, undefined, { signal: patience });
    } catch (error) {
      if (!patience.aborted) throw error;
    }
    seconds.all = passed();
    seconds.held = reporter.heldMs / 1000;
    const used = stand.cpu();
    const memory = stand.memory();
    watching.abort();
    const moments = await watched;
    const isWhole = !patience.aborted;
    console.log(isWhole ? 'all tasks have ended; closing the accounts' : 'not at its end; looking at what there is');
    const [audit, ends, open] = await Promise.all([world.audit(), taskEnds(client, day), openWorkflows(client)]);
    const waiting = isWhole ? [] : await whatIsWaitedFor(client, day, ends);
    const histories = await sumEnded(client);
    return {
      ...{ speed: options.speed, lasted: day.seconds, seconds, isWhole, open, waiting },
      accounts: closeAccounts(day, ends, audit, reporter),
      ...{ audit, reportedAt: reporter.reportedAt, broken: reporter.broken, moments, histories },
      cpu: usedBetween(before, used),
      ...{ memory, databaseBytes: await stand.databaseBytes(), batchWindow: policy.batchWindow },
    };
  });
}
