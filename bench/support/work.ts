import { addFiles, closeTask } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import { patiently } from '../../src/demo/patiently.ts';
import { untilAllEnded } from './all-ended.ts';
import { sumHistories, totalOf, type HistorySums } from './histories.ts';
import { filesOf, publishedOf, reportsOf, type PlainTask } from './plain-task.ts';
import { usedBetween } from './cpu.ts';
import type { Plant, PlantCpu } from './plant.ts';
import { none, type Bound } from './report/bound.ts';
import { reportAll } from './reporting.ts';
import type { SimulatorFigures } from './simulators/control.ts';

/** How jobs are reported: one signal each, or many in a message. */
export type Way = 'signals' | 'bulk';

/** What it took to work some tasks from the first report to the end of the last. */
export interface WorkFigures {
  files: number;
  jobs: number;
  /** From the first report until every file is DONE and published, and every task has ended. */
  seconds: number;
  /** Of these: until everything has been reported. */
  reported: number;
  cpu: PlantCpu;
  histories: HistorySums;
  world: SimulatorFigures;
  notDone: number;
  notPublished: number;
}

/** Lays tasks, reports all their jobs at once, closes the tasks and waits for their ends. */
export async function workTasks(plant: Plant, tasks: readonly PlainTask[], way: Way): Promise<WorkFigures> {
  const { client, signal, simulators } = plant;
  for (const task of tasks) await simulators.lay(task);
  const reports = tasks.map(reportsOf);
  const before = plant.cpu();
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  await Promise.all(
    tasks.map(({ task }, at) =>
      way === 'bulk'
        ? patiently(signal, () => addFiles(client, task, reports[at]!))
        : reportAll(client, task, reports[at]!, { signal, inFlight: Math.ceil(IN_FLIGHT / tasks.length) }),
    ),
  );
  const reported = seconds();
  const ends = await Promise.all(tasks.map(({ task }) => endOf(plant, task)));
  const ended = seconds();
  const cpu = usedBetween(before, plant.cpu());
  await untilAllEnded(client, signal);
  const files = tasks.reduce((sum, task) => sum + filesOf(task), 0);
  return {
    ...{ files, jobs: tasks.reduce((sum, { jobs }) => sum + jobs, 0), seconds: ended, reported, cpu },
    histories: totalOf(Object.values(await sumHistories(client))),
    world: await simulators.figures(),
    notDone: files - ends.reduce((sum, { transfer }) => sum + (transfer.DONE ?? 0), 0),
    notPublished:
      tasks.reduce((sum, task) => sum + publishedOf(task), 0) -
      ends.reduce((sum, { publication }) => sum + (publication.DONE ?? 0), 0),
  };
}

/** Signals on their way at a time, over all tasks: what one client process manages on loopback. */
const IN_FLIGHT = 16;

async function endOf({ client, signal }: Plant, task: string): Promise<TaskTotals> {
  return client.connection.withAbortSignal(signal, async () => {
    await patiently(signal, () => closeTask(client, task));
    const handle = client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task));
    return patiently(signal, () => handle.result());
  });
}

/** What must hold of any work: nothing lost, nothing twice. */
export function soundness(all: readonly WorkFigures[]): Bound[] {
  const sum = (what: (of: WorkFigures) => number): number => all.reduce((total, of) => total + what(of), 0);
  return [
    none(
      'files not DONE',
      sum(({ notDone }) => notDone),
    ),
    none(
      'files not published',
      sum(({ notPublished }) => notPublished),
    ),
    none(
      'files sent to FTS or published twice',
      sum(({ world }) => world.sentTwice + world.publishedTwice),
    ),
  ];
}
