import type { Policy } from '../domain/policy.ts';
import { FAST, queueTime } from './environment.ts';
import type { PlannedTask } from './plan.ts';
import { strike } from './struck-files.ts';
import { STUCK_SOURCE, TASKS, type TaskShape } from './task-shapes.ts';

/** What a demo is about. */
export interface Scene {
  shapes: readonly TaskShape[];
  /** Besides those of the tasks. */
  otherSites: readonly string[];
  /** Scripts what is to happen to which files. */
  strike(tasks: PlannedTask[], files: number): void;
  policy(files: number): Partial<Policy>;
  /** Further settings of the worker. */
  settings: object;
}

/** The main job, while things go wrong as they do in production. */
export const MAIN_JOB: Scene = {
  shapes: TASKS,
  otherSites: [STUCK_SOURCE],
  strike,
  policy: (files) => ({ ...FAST, ftsMaxTimeInQueue: queueTime(files) }),
  settings: {},
};

/** Every site of a scene. */
export const sitesOf = ({ shapes, otherSites }: Scene): string[] => [
  ...new Set([...otherSites, ...shapes.flatMap(({ sources, destination }) => [...sources, destination])]),
];

/** Everybody who has a task. */
export const usersOf = ({ shapes }: Scene): string[] => [...new Set(shapes.map(({ user }) => user))];

/** Members of the groups whose areas are written to. */
export const groupsOf = ({ shapes }: Scene): Record<string, readonly string[]> =>
  Object.fromEntries(
    shapes.flatMap(({ user, destinationArea }) => {
      const [, group] = /^\/store\/group\/([^/]+)/.exec(destinationArea) ?? [];
      return group === undefined ? [] : [[group, [user]]];
    }),
  );
