import { nameOf, type DayJob, type DayTask, type Load } from '../day/day-files.ts';

/** One user with very many files, and many users with few who come meanwhile. */
export interface CrowdOptions {
  crowd: {
    /** Of the one user; 0 for an idle system. */
    bigFiles: number;
    users: number;
    /** Of each of the others. */
    filesEach: number;
    /** Seconds between two of the others; the first comes after `after`. */
    every: number;
    after: number;
  };
}

/** Name of the user with very many files. */
export const BIG_USER = 'crowder';

/** Of CRAB's largest task. */
const JOBS_PER_TASK = 10_000;
const FILES_PER_JOB = 2;
const BYTES = 100e6;
/** Sites where jobs run: each task of the one user is at all of them, the others at four each. */
const SOURCES = Array.from({ length: 20 }, (_, at) => `T2_XX_Site${at + 1}`);
const SOURCES_OF_OTHERS = 4;
const DESTINATION = 'T2_XX_Site30';

/** All of the one user's jobs have ended already; each of the others' come together. */
export function crowdLoad({ crowd: { bigFiles, users, filesEach, every, after } }: CrowdOptions): Load {
  const tasks: DayTask[] = [];
  const jobs: Omit<DayJob, 'first'>[] = [];
  const add = (user: string, count: number, at: number, sources: readonly string[]): void => {
    const task = tasks.length;
    const bare = { label: `t${task + 1}`, user, destination: DESTINATION, sources, publish: true, logs: false };
    const all = { jobs: count, files: count * FILES_PER_JOB };
    const known = { ...bare, ...all, submittedAt: 0, whole: { seed: 0, ...all } };
    tasks.push({ ...known, ...nameOf(known) });
    for (let job = 0; job < count; job += 1)
      jobs.push({
        ...{ task, jobId: String(job + 1), at, source: sources[job % sources.length]! },
        files: Array.from({ length: FILES_PER_JOB }, () => ({ type: 'output', bytes: BYTES })),
      });
  };
  // The others' files have the first numbers, which decide how long copies take: the same ones beside the one user and without.
  for (let user = 0; user < users; user += 1) {
    const sources = Array.from({ length: SOURCES_OF_OTHERS }, (_, at) => SOURCES[(user + at) % SOURCES.length]!);
    add(`user${user + 1}`, Math.ceil(filesEach / FILES_PER_JOB), after + user * every, sources);
  }
  for (let left = Math.ceil(bigFiles / FILES_PER_JOB); left > 0; left -= JOBS_PER_TASK)
    add(BIG_USER, Math.min(left, JOBS_PER_TASK), 0, SOURCES);
  const numbered = jobs.map((job, at) => ({ ...job, first: at * FILES_PER_JOB }));
  return { tasks, jobs: numbered.sort((a, b) => a.at - b.at), seconds: after + users * every };
}
