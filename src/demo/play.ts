import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { connect } from '../client/index.ts';
import { startSimulatedWorld, type SimulatedWorld } from '../simulators/world.ts';
import { startDevServer } from '../workers/dev-server.ts';
import { demoEnvironment } from './environment.ts';
import { expectedFiles } from './expectations.ts';
import { scriptFaults } from './faults.ts';
import { generate } from './generate.ts';
import type { CleanUp } from './interrupt.ts';
import { killWorkers } from './kills.ts';
import { furtherLooks } from './further-looks.ts';
import type { DemoOptions } from './main.ts';
import { makePlan } from './plan.ts';
import { showProgress } from './progress.ts';
import { reportTask, type Reported } from './reporting.ts';
import { askTasks } from './results.ts';
import { COPIES_PER_LINK } from './struck-files.ts';
import { resultTables } from './tables.ts';
import { SITES } from './task-shapes.ts';
import { checkLines } from './verification.ts';
import { verifyCatalog } from './verify-catalog.ts';
import { verifyFiles } from './verify-files.ts';
import { verifyFts } from './verify-fts.ts';
import { WorkerProcess } from './worker-process.ts';

/** A demo that takes longer than this does not end. */
const PATIENCE_MS = 10 * 60_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Does one step, and says how long it took. */
async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  say(`${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return result;
}

/** The demo from its beginning to its exit status. */
export async function play(options: DemoOptions, interrupted: AbortSignal, cleanUp: CleanUp): Promise<number> {
  const { files, seed } = options;
  const begin = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'aso-demo-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));

  const world = await step(`eight sites, FTS, DBS and CRAB simulated in ${folder}`, () => startWorld(folder));
  cleanUp(() => world.close());
  const tasks = makePlan(files, seed);
  const made = await step(`${files} files for five tasks of three users`, () => generate(world, tasks, folder, seed));
  const server = await step('Temporal dev server', () => startDevServer({ ui: true }));
  cleanUp(() => server.close());
  const environment = await demoEnvironment(world, server, folder, files);
  const worker = await step('worker process', () => WorkerProcess.start(environment));
  cleanUp(() => worker.stop());
  const { client, close } = await connect(environment);
  cleanUp(close);
  say(`${(made.bytes / 1e6).toFixed(0)} MB to move; Temporal UI: ${server.uiUrl}\n`);

  const expected = expectedFiles(tasks);
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(PATIENCE_MS)]);
  const late = once(signal, 'abort').then(() => {
    throw new Error(`the demo has not ended after ${PATIENCE_MS / 60_000} minutes`);
  });
  late.catch(() => undefined);
  const progress = showProgress(world, expected, say);
  cleanUp(() => Promise.resolve(progress.stop()));
  const faults = scriptFaults(world, tasks, progress.tell, signal);
  const reported: Reported = { outcomes: [], totals: new Map() };
  const context = { client, world, made, seed, tell: progress.tell, signal };
  // Calls that still wait when it is over are given up before their connection is closed.
  const reporting = client.connection.withAbortSignal(signal, () =>
    Promise.all(tasks.map((task) => reportTask(context, task, reported))),
  );
  const killing = options.killWorker ? killWorkers(world, worker, files, progress.tell, signal) : null;
  await Promise.race([Promise.all([reporting, faults.done, killing]), worker.failed, late]);
  progress.stop();
  say(`\nAll tasks have ended, ${((performance.now() - begin) / 1000).toFixed(0)} s after the start.\n`);

  const results = await askTasks(client, tasks);
  say(resultTables(results, world, files));
  const checks = [
    ...(await verifyFiles(world, made, expected, results)),
    ...(await verifyCatalog(world, made, expected, results, reported)),
    ...(await verifyFts(world, tasks, faults)),
  ];
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  say(`\nVerification: disks, FTS's and DBS's own books and the generator's list, against what the tasks say`);
  for (const line of checkLines(checks)) say(line);
  say(
    `${checks.length - failed} of ${checks.length} checks hold; ${((performance.now() - begin) / 1000).toFixed(0)} s in all`,
  );
  if (options.keep) {
    for (const line of furtherLooks(server, tasks, made)) say(line);
    await once(interrupted, 'abort');
  }
  return failed > 0 ? 1 : 0;
}

/** The simulators, with FTS's limits such that its queues can be watched. */
const startWorld = (root: string): Promise<SimulatedWorld> =>
  startSimulatedWorld({
    root,
    sites: SITES,
    fts: {
      tickMs: 100,
      activePerLink: COPIES_PER_LINK,
      minCopyMs: 300,
      bytesPerSecond: 8e6,
      expiryCheckMs: 500,
      cancelGraceMs: 1_000,
    },
  });
