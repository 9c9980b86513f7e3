import { makePlan, type PlannedFile, type PlannedJob, type PlannedTask } from '../demo/plan.ts';
import { seededRandom } from '../demo/random.ts';
import type { TaskShape } from '../demo/task-shapes.ts';
import type { PartName } from './parts.ts';
import { drawActs, type PlannedAct } from './plan-acts.ts';
import { drawStrikes, type PlannedStrike } from './plan-strikes.ts';

/** A job, and when CRAB reports it. */
export interface ChaosJob {
  job: PlannedJob;
  /** Milliseconds from the beginning, as all times here. */
  reportedAt: number;
  /** By a signal, by an update that answers, or through a workflow whose result is waited for. */
  by: 'signal' | 'update' | 'jobOutput';
}

/** A task of the stream. */
export interface ChaosTask {
  task: PlannedTask;
  jobs: ChaosJob[];
  /** When CRAB says that no more outputs come. */
  closedAt: number;
}

/** All that follows from a seed: what is worked, what strikes whom, what operators do. Only how long things take is real. */
export interface ChaosPlan {
  seed: number;
  /** How long there are strikes, milliseconds; then everything heals. */
  strikesMs: number;
  sites: readonly string[];
  tasks: ChaosTask[];
  strikes: PlannedStrike[];
  acts: PlannedAct[];
}

const SITES = ['T2_DE_DESY', 'T2_IT_Pisa', 'T2_US_MIT', 'T2_ES_CIEMAT', 'T2_CH_CERN', 'T2_UK_London_IC'] as const;
const USERS = ['alice', 'bob', 'carol'];
const PUBLICATION: readonly TaskShape['publication'][] = ['with-report', 'with-report', 'never'];
const REPORTED_BY: readonly ChaosJob['by'][] = ['signal', 'signal', 'update', 'jobOutput'];

/** A new task comes about every so many milliseconds. */
const TASK_EVERY_MS = 3_500;
/** Tasks come during this part of the time of strikes, so that the last ones are struck, too. */
const ARRIVE_WITHIN = 0.8;
/** Files of a task, on average. */
const FILES_PER_TASK = 9;
/** What may happen to a file, and how often; most meet nothing. */
const FILE_FAULTS: readonly (readonly [PlannedFile['fault'], number])[] = [
  ...([['link-reset', 0.06], ['http-500', 0.03], ['corrupt', 0.03], ['vanished', 0.02], ['wrong-sum', 0.02]] as const), // prettier-ignore
];

/** Draws a plan. @param strikesMs how long there are strikes, milliseconds @param parts whom they may hit */
export function makeChaosPlan(seed: number, strikesMs: number, parts: readonly PartName[]): ChaosPlan {
  const random = seededRandom(seed);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const count = Math.max(4, Math.round((strikesMs * ARRIVE_WITHIN) / TASK_EVERY_MS));
  const shapes = Array.from({ length: count }, (_, at): TaskShape => {
    const destination = oneOf(SITES);
    const user = oneOf(USERS);
    return {
      ...{ user, label: `chaos${at}`, primary: 'TTbar', destination, destinationArea: `/store/user/${user}` },
      ...{ sources: SITES.filter((site) => site !== destination && random() < 0.5).concat(destination === SITES[0] ? SITES[1] : SITES[0]) }, // prettier-ignore
      ...{ publication: oneOf(PUBLICATION), reports: 'job-by-job', weight: 1 + Math.floor(random() * 3) },
    };
  });
  const tasks = makePlan(shapes, count * FILES_PER_TASK, seed).map((task, at): ChaosTask => {
    const begin = ((at + random()) / count) * strikesMs * ARRIVE_WITHIN;
    const jobs = task.jobs.map((job): ChaosJob => {
      for (const file of job.files) file.fault = drawFault(random);
      return { job, reportedAt: begin + random() * 8_000, by: oneOf(REPORTED_BY) };
    });
    return { task, jobs, closedAt: begin + 8_000 + random() * 10_000 };
  });
  return {
    ...{ seed, strikesMs, sites: SITES, tasks },
    strikes: drawStrikes(random, strikesMs, parts),
    acts: drawActs(random, tasks, strikesMs),
  };
}

function drawFault(random: () => number): PlannedFile['fault'] {
  let drawn = random();
  for (const [fault, share] of FILE_FAULTS) if ((drawn -= share) < 0) return fault;
  return null;
}
