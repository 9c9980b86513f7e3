import type { SimulatedWorld } from '../simulators/world.ts';
import type { WorkerProcess } from '../workers/worker-process.ts';
import { finishedCopies } from './fts-view.ts';
import type { Tell } from './faults.ts';
import { until } from './until.ts';

/** Long enough for a kill to fall between a request and its answer, milliseconds. */
const SLOW_ANSWER = 400;

/**
 * Kills the worker three times, each time with something on its way, and starts another at once. When to kill is read from the
 * simulators' books, so that it is the same on a fast and on a slow machine.
 */
export async function killWorkers(
  world: SimulatedWorld,
  worker: WorkerProcess,
  files: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const { fts, dbs } = world;
  const kill = async (doing: string): Promise<void> => {
    const { pid } = worker;
    await worker.kill();
    tell(`worker ${pid} killed with SIGKILL while ${doing}`);
    await worker.restart();
    tell(`worker ${worker.pid} has taken over`);
  };

  fts.server.faults.add({ method: 'POST', path: '^/jobs$', delayMs: SLOW_ANSWER });
  dbs.insertFaults.delay(SLOW_ANSWER * 2);
  const submissions = (): number => fts.server.counts['POST /jobs'] ?? 0;
  await until(() => submissions() >= 3 && submissions() > fts.jobs().length, signal, 5);
  await kill(
    `submitting (${submissions() - fts.jobs().length} requests to FTS on their way, ${fts.jobs().length} answered)`,
  );

  const enough = finishedCopies(fts) + Math.ceil(files / 10);
  await until(() => finishedCopies(fts) >= enough, signal, 20);
  await kill(`following (${finishedCopies(fts)} files finished)`);

  // Every poll that sees a new insert sees it on its way, as it takes much longer than a poll.
  let seen = dbs.books.insertRequests;
  await until(
    () => {
      const before = seen;
      seen = dbs.books.insertRequests;
      return seen > before;
    },
    signal,
    10,
  );
  await kill(`publishing (a block on its way to DBS, ${dbs.books.blocks().length} there)`);
}
