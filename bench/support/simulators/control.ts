import type { PlainTask } from '../plain-task.ts';

/** What a process of simulators is started with. */
export interface SimulatorsOptions {
  /** Folder for the sites' descriptions. */
  root: string;
  sites: readonly string[];
  /** Milliseconds that a copy takes. @default 0 */
  copyMs?: number;
  /** Milliseconds between two rounds of FTS's scheduler. @default 100 */
  tickMs?: number;
  /** Notes when files come into DBS. @default false: it costs CPU */
  watchDbs?: boolean;
}

/** Where they are, told when all of them answer. */
export interface SimulatorsReady {
  ftsUrl: string;
  crabUrl: string;
  siteconf: string;
  /** Takes tasks (POST) and tells figures (GET). */
  controlUrl: string;
}

/** What they were asked, and what they hold. */
export interface SimulatorFigures {
  /** Requests to each. */
  requests: { fts: number; dbs: number; crab: number; storage: number };
  /** Of those to FTS. */
  submissions: number;
  looks: number;
  ftsJobs: number;
  /** Destinations that were sent to FTS more often than once. */
  sentTwice: number;
  finished: number;
  blocks: number;
  /** Files in DBS, and those of them that stand there more than once. */
  published: number;
  publishedTwice: number;
  /** Sources that are there no more. */
  sourcesRemoved: number;
}

/** When FTS and DBS had a file, epoch milliseconds; null where they never did. */
export interface FileTimes {
  destinationLfn: string;
  /** Whose FTS job it was in. */
  task: string;
  batch: number;
  submitted: number;
  finished: number | null;
  published: number | null;
}

/** Requests that a control server takes. */
export const CONTROL = { tasks: '/tasks', figures: '/figures', times: '/times' } as const;

/** A task's files are laid at their sources when this has been answered. */
export type LayTask = PlainTask;
