import { setTimeout as sleep } from 'node:timers/promises';
import { finishedCopies } from '../../src/demo/fts-view.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import { until } from '../../src/demo/until.ts';
import { SOURCES } from '../support/sites.ts';
import { onStand, type Stand, type StandOptions } from '../support/stand.ts';
import { BenchTask } from '../support/task.ts';
import { TUNED } from '../support/policies.ts';
import { fastFts, SPREAD } from '../support/fast-fts.ts';

/** What became of the files of a task to which something happened. */
export interface FaultFigures {
  files: number;
  done: number;
  /** Neither DONE nor FAILED when all should long have been over. */
  unfinished: number;
  /** Files of which FTS was asked for more than one copy. */
  sentTwice: number;
  /** How often the fault happened. */
  strikes: number;
  seconds: number;
}

/** Long enough for a kill to fall between a request and its answer, milliseconds. */
const SLOW_ANSWER_MS = 400;
/** When to strike: shares of what there is to submit or to finish. */
const STRIKES = [0.2, 0.5, 0.8];

/** The worker is killed three times while submissions are on their way, and replaced at once. */
export const killedWhileSubmitting = (ending: Ending, files: number): Promise<FaultFigures> =>
  strike(ending, files, {}, async ({ world, worker, signal }) => {
    const { server } = world.fts;
    server.faults.add({ method: 'POST', path: '^/jobs$', delayMs: SLOW_ANSWER_MS });
    const jobs = Math.ceil(files / 100);
    for (const share of STRIKES) {
      // A POST that was not there at the look before is on its way: its answer takes much longer than the time between two looks.
      let seen = server.counts['POST /jobs'] ?? 0;
      await until(
        () => {
          const before = seen;
          seen = server.counts['POST /jobs'] ?? 0;
          return seen > before && seen >= jobs * share;
        },
        signal,
        5,
      );
      await worker.kill();
      await worker.restart();
    }
    return () => STRIKES.length;
  });

/** The worker is killed three times while files end, and replaced at once. */
export const killedWhileFollowing = (ending: Ending, files: number): Promise<FaultFigures> =>
  strike(ending, files, {}, async ({ world, worker, signal }) => {
    for (const share of STRIKES) {
      await until(() => finishedCopies(world.fts) >= files * share, signal, 20);
      await worker.kill();
      await worker.restart();
    }
    return () => STRIKES.length;
  });

/** Temporal's server, which is where states are stored, is killed three times while outcomes are being stored, and started again. */
export const stateStoreKilled = (ending: Ending, files: number): Promise<FaultFigures> =>
  strike(ending, files, { store: 'file' }, async (stand) => {
    for (const share of STRIKES) {
      await until(() => finishedCopies(stand.world.fts) >= files * share, stand.signal, 20);
      await stand.restartServer();
    }
    return () => STRIKES.length;
  });

/** FTS answers three times with HTTP 500 when there is something to record. */
export const outcomesRefused = (ending: Ending, files: number): Promise<FaultFigures> =>
  strike(ending, files, {}, async ({ world, signal }) => {
    await until(() => finishedCopies(world.fts) > 0, signal, 20);
    const body = JSON.stringify({ status: '500 Internal Server Error', message: 'database is away' });
    const { faults } = world.fts.server;
    const at = faults.applied.length;
    faults.add({ method: 'GET', path: '^/jobs/', times: 3, action: 'answer', status: 500, body });
    return () => faults.applied[at] ?? 0;
  });

/** Lets a fault happen to a task of many files; the fault answers how to learn how often it has happened in the end. */
async function strike(
  ending: Ending,
  files: number,
  options: Partial<Pick<StandOptions, 'store'>>,
  fault: (stand: Stand) => Promise<() => number>,
): Promise<FaultFigures> {
  return onStand(ending, { fts: fastFts(files, SPREAD), policy: TUNED, patience: 3, ...options }, async (stand) => {
    const task = await BenchTask.lay(stand, {
      ...{ files, label: 'faults', sources: SOURCES, destinations: ['T2_CH_CERN'], arrived: true },
    });
    const started = performance.now();
    const striking = fault(stand);
    // Looked at below; meanwhile it may fail before anybody does.
    striking.catch(() => undefined);
    await task.report();
    const strikes = await striking;
    const transfer = await task.finish();
    const seconds = (performance.now() - started) / 1000;
    // Whatever would be sent a second time has been by then.
    await sleep(1_000);
    const done = transfer.DONE ?? 0;
    const unfinished = files - done - (transfer.FAILED ?? 0);
    return { files, done, unfinished, sentTwice: task.sentTwice(), strikes: strikes(), seconds };
  });
}
