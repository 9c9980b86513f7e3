import { conclude } from './conclude.ts';
import { expectedFiles } from './expectations.ts';
import { scriptFaults } from './faults.ts';
import type { Ending } from './interrupt.ts';
import { killWorkers } from './kills.ts';
import type { DemoOptions } from './main.ts';
import { showProgress } from './progress.ts';
import { reportTask, type Reported } from './reporting.ts';
import { askTasks } from './results.ts';
import { MAIN_JOB } from './scene.ts';
import { setStage, type Stage } from './stage.ts';
import { resultTables } from './tables.ts';
import { untilLate } from './until-late.ts';
import type { Check } from './verification.ts';
import { verifyCatalog } from './verify-catalog.ts';
import { verifyFiles } from './verify-files.ts';
import { verifyFts } from './verify-fts.ts';
import { verifyOwners } from './verify-owners.ts';
import { verifySecrets } from './verify-secrets.ts';

/** A demo that takes longer than this, and this for each file, does not end. */
const PATIENCE_MS = 5 * 60_000;
const PATIENCE_PER_FILE_MS = 100;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The demo from its beginning to its exit status. */
export async function play(options: DemoOptions, ending: Ending): Promise<number> {
  const begin = performance.now();
  const passed = (): string => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
  const stage = await setStage(MAIN_JOB, options, ending, say);
  say(`${(stage.made.bytes / 1e6).toFixed(0)} MB to move; Temporal UI: ${stage.server.uiUrl}\n`);

  const patience = AbortSignal.timeout(PATIENCE_MS + options.files * PATIENCE_PER_FILE_MS);
  // Patience does not end the run itself: first the tasks are asked what they wait for.
  const checks = await Promise.race([run(stage, options, ending), stage.worker.failed, untilLate(stage, patience)]);
  const about = "the disks, FTS's and DBS's own books and the generator's list";
  return conclude(stage, { checks, about, took: passed(), keep: options.keep }, ending, say);
}

/** Plays CRAB, the sites and FTS, and whoever kills workers, until all tasks have ended; then looks at what has become of it all. */
async function run(stage: Stage, options: DemoOptions, ending: Ending): Promise<Check[]> {
  const { signal } = ending;
  const { world, tasks, made, client, worker, workerLog } = stage;
  const expected = expectedFiles(tasks);
  const progress = showProgress(world, expected, say);
  ending.cleanUp(() => Promise.resolve(progress.stop()));
  const faults = scriptFaults(world, tasks, progress.tell, signal);
  const reported: Reported = { outcomes: [] };
  const context = { client, world, made, seed: options.seed, tell: progress.tell, signal };
  await Promise.all([
    // Calls that still wait when it is over are given up before their connection is closed.
    client.connection.withAbortSignal(signal, () =>
      Promise.all(tasks.map((task) => reportTask(context, task, reported))),
    ),
    faults.done,
    ...(options.killWorker ? [killWorkers(world, worker, options.files, progress.tell, signal)] : []),
  ]);
  progress.stop();
  const results = await askTasks(client, tasks);
  say(`\n${resultTables(results, world, options.files)}`);
  return [
    ...(await verifyFiles(world, made, expected, results)),
    ...(await verifyCatalog(world, made, expected, results, reported)),
    ...(await verifyFts(world, tasks, faults)),
    ...(world.pki ? await verifyOwners(world, world.pki, tasks) : []),
    ...(world.pki ? await verifySecrets(client, world.pki, workerLog) : []),
  ];
}
