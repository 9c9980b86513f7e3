import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { startWorld, type World } from '../support/world.ts';
import { ATTEMPTS, Cell, MatrixReport, type SubmissionFault } from './matrix.ts';

/** Times of real workers: whole seconds. */
const POLICY = {
  ...{ batchWindow: 1, followFirst: 1, followMax: 2, followGrid: 1, retryDelay: 1, retryDelayMax: 2, retryFor: 0 },
  ...{ cancelGrace: 1, cleanupDelay: 1, cleanupDelayMax: 2 },
};

let world: World;
let rig: Rig;
let environment: NodeJS.ProcessEnv;
const workers = new Set<WorkerProcess>();
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world);
  await rig.stopWorkers();
  environment = await simulatedEnvironment(world, rig.server, dirname(world.siteconf), POLICY);
});
afterAll(async () => {
  report.print('One FTS job whatever becomes of the worker', 2 * ATTEMPTS.length);
  await Promise.all([...workers].map(end));
  await rig.close();
  await world.close();
});

const report = new MatrixReport();

async function startWorker(): Promise<WorkerProcess> {
  const worker = await WorkerProcess.start(environment);
  workers.add(worker);
  return worker;
}

async function end(worker: WorkerProcess): Promise<void> {
  workers.delete(worker);
  await worker.kill();
}

/** A first attempt and a retry, both in the hands of the same worker when they meet the fault. */
async function struckTogether(fault: string, submission: SubmissionFault): Promise<Cell[]> {
  const cells = await Promise.all(ATTEMPTS.map((attempt) => Cell.prepare({ world, rig }, fault, attempt, submission)));
  for (const cell of cells) await cell.work.add(cell.report);
  for (const cell of cells) await cell.struck();
  return cells;
}

async function expectOneJobEach(cells: Cell[]): Promise<void> {
  for (const cell of cells) {
    await cell.expectDone();
    await cell.expectJobs(cell.states('FINISHED'));
    // A frozen worker may have been given the submission more than once: it sends it when it thaws.
    expect(cell.posts.seen).toBeGreaterThanOrEqual(cell.before + 2);
    report.add(cell, await cell.work.transfer());
  }
}

describe('one FTS job, the right files, once at their destinations', () => {
  test('worker killed between commit and record', { timeout: 90_000 }, async () => {
    const worker = await startWorker();
    const cells = await struckTogether('worker killed between commit and record', { stallMs: 300_000 });
    for (const { work, before } of cells)
      await vi.waitFor(() => expect(work.ftsJobs()).toHaveLength(before + 1), { timeout: 5_000 });
    await worker.kill();
    await worker.restart();
    await expectOneJobEach(cells);
    await end(worker);
  });

  test('worker frozen past its time-out and thawed', { timeout: 180_000 }, async () => {
    const frozen = await startWorker();
    const arrival = Promise.withResolvers<void>();
    const cells = await struckTogether('worker frozen past its time-out and thawed', { until: arrival.promise });
    process.kill(frozen.pid, 'SIGSTOP');
    const refusals = world.fts.refusedSubmissions().length;
    await startWorker();
    // The second worker's POSTs make the jobs; those of the frozen one come after them, and are refused. It may take a while: Temporal gives
    // the frozen one work too, as long as that asked for some before.
    for (const cell of cells)
      await vi.waitFor(() => expect(cell.work.ftsJobs()).toHaveLength(cell.before + 1), { timeout: 100_000 });
    arrival.resolve();
    await vi.waitFor(
      () => expect(world.fts.refusedSubmissions().slice(refusals)).toMatchObject([{ status: 409 }, { status: 409 }]),
      { timeout: 10_000 },
    );
    process.kill(frozen.pid, 'SIGCONT');
    await expectOneJobEach(cells);
  });
});
