import type { ChaosTask } from './plan.ts';

/** What operators, and CRAB for its users, do to tasks. */
export const ACTS = {
  cancel: 'cancel a part of a task, or all of it',
  retry: 'try again what failed or was cancelled',
  'reset-task': "reset a task's workflow to an earlier point",
  'reset-batch': "reset a batch's workflow to an earlier point",
  'reset-publisher': "reset a publisher's workflow to an earlier point",
  pause: 'pause a task, and resume it after some seconds',
  resubmit: 'run a job again, with new bytes and the next retry count: the task is joined, also where it has ended',
} as const;
export type ActName = keyof typeof ACTS;
export const ACT_NAMES = Object.keys(ACTS) as ActName[];

export interface PlannedAct {
  /** Milliseconds from the beginning; the act comes when it can be done after that. */
  at: number;
  kind: ActName;
  task: ChaosTask;
  /** Chooses the file, the job, the workflow task: from 0 to 1. */
  pick: number;
}

/** Of so many tasks each. */
const SHARES: Readonly<Record<ActName, number>> = {
  ...{ cancel: 0.35, retry: 0.35, 'reset-task': 0.2, 'reset-batch': 0.25, 'reset-publisher': 0.25 },
  ...{ pause: 0.15, resubmit: 0.3 },
};

/** Draws what is done to each task, from its first report on. */
export function drawActs(random: () => number, tasks: readonly ChaosTask[], untilMs: number): PlannedAct[] {
  const acts = tasks.flatMap((task) => {
    const from = Math.min(...task.jobs.map(({ reportedAt }) => reportedAt));
    const to = Math.max(from + 1_000, Math.min(untilMs, task.closedAt + 15_000));
    return ACT_NAMES.filter((kind) => random() < SHARES[kind] && isPossible(kind, task)).map((kind): PlannedAct => ({
      at: from + random() * (to - from),
      kind,
      task,
      pick: random(),
    }));
  });
  return acts.sort((a, b) => a.at - b.at);
}

/** Only a task that publishes has a publisher. */
const isPossible = (kind: ActName, { task }: ChaosTask): boolean =>
  kind !== 'reset-publisher' || task.publication !== 'never';
