import type { Ending } from '../../src/demo/interrupt.ts';
import { taskName, type PlainTask } from '../support/plain-task.ts';
import { onPlant } from '../support/plant.ts';
import { BURST, TENTH } from '../support/policies.ts';
import type { Bound } from '../support/report/bound.ts';
import { sitesOfLinks } from '../support/sites.ts';
import type { Store } from '../support/store.ts';
import { soundness, workTasks, type Way } from '../support/work.ts';
import { measureTrickle } from '../trickle/measure.ts';
import { FASTER, SETTINGS } from '../trickle/settings.ts';
import { WorkerProfile, type Spent, type WorkerSpent } from './worker-profile.ts';

/** What the worker is watched at, and what it is called in tables. */
export const LOADS = { signals: 'one signal a job', bulk: 'in bulk', trickle: 'trickle' } as const;
export type LoadName = keyof typeof LOADS;

const LINKS = 10;
const OUTPUTS = 2;

/** What one load took. */
export interface LoadFigures {
  load: LoadName;
  store: Store;
  files: number;
  seconds: number;
  /** Seconds of CPU by process. */
  processes: Spent;
  worker: WorkerSpent;
  bounds: Bound[];
}

/** A burst, as in bench:throughput: tasks whose jobs are all reported at once, one signal each or many in a message. */
export async function profileBurst(
  ending: Ending,
  { store, way, tasks: count, files }: { store: Store; way: Way; tasks: number; files: number },
): Promise<LoadFigures> {
  const profile = await WorkerProfile.create(ending);
  const { sources, destinations } = sitesOfLinks(LINKS);
  const jobs = Math.ceil(files / OUTPUTS / count);
  const tasks = Array.from({ length: count }, (_, at): PlainTask => ({
    ...{ task: taskName(`profile${at}`, `user${at}`), jobs, outputs: OUTPUTS, log: false, publish: true },
    ...{ sources, destinations },
  }));
  const { environment } = profile;
  const plant = { store, workers: 1, sites: [...sources, ...destinations], policy: BURST, environment };
  const work = await onPlant(ending, plant, async (running) => {
    const done = profile.watch(running.workers[0]!.pid);
    const worked = await workTasks(running, tasks, way);
    done();
    return worked;
  });
  const { seconds, cpu } = work;
  const found = { load: way, store, files: work.files, seconds, processes: known(cpu), worker: profile.read() };
  return { ...found, bounds: soundness([work]) };
}

/** Lone job outputs, as in bench:trickle. Simulators and load are one process there. */
export async function profileTrickle(
  ending: Ending,
  { store, tasks, rate }: { store: Store; tasks: number; rate: number },
): Promise<LoadFigures> {
  const profile = await WorkerProfile.create(ending);
  let here = 0;
  const { files, seconds, cpu } = await measureTrickle(ending, {
    ...{ tasks, jobsPerTask: JOBS_PER_TASK, perSecond: rate, policy: TENTH, store },
    copySeconds: SETTINGS[0]!.copySeconds / FASTER,
    environment: profile.environment,
    watch(worker) {
      const done = profile.watch(worker.pid);
      const before = process.cpuUsage();
      return () => {
        done();
        const { user, system } = process.cpuUsage(before);
        here = (user + system) / 1e6;
      };
    },
  });
  const processes: Spent = [...known(cpu), ['simulators and load', here]];
  return { load: 'trickle', store, files, seconds, processes, worker: profile.read(), bounds: [] };
}

const JOBS_PER_TASK = 6;

const known = (cpu: Readonly<Record<string, number | null>>): Spent =>
  Object.entries(cpu).flatMap(([name, used]) => (used === null ? [] : [[name, used]]));
