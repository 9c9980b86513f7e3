import { cmsTasks, jobsOf } from '../support/cms-load.ts';
import { nameOf, type DayJob, type DayTask, type Load } from './day-files.ts';

/** What decides a day; the same options make the same day in every process. */
export interface DayOptions {
  seed: number;
  /** Files of the whole day. */
  day: number;
  /** Files of the piece of it that is worked: consecutive ones, from noon on where it is not all of them. */
  files: number;
  users: number;
  sites: number;
}

const DAY_SECONDS = 24 * 3600;

/** A day of CMS, or a piece of it. */
export function dayPiece({ seed, day, files, users, sites }: DayOptions): Load {
  const isWhole = files >= day;
  const tasks = cmsTasks({ seed, files: day, users, sites });
  const jobs = tasks.flatMap((task, index) => jobsOf(task).map((job) => ({ ...job, task: index })));
  jobs.sort((a, b) => a.at - b.at);
  const from = isWhole ? 0 : jobs.findIndex(({ at }) => at >= DAY_SECONDS / 2);
  const begin = isWhole ? 0 : (jobs[from]?.at ?? 0);
  const indexes = new Map<number, number>();
  const found: DayTask[] = [];
  const piece: DayJob[] = [];
  let first = 0;
  for (let at = from; at < jobs.length && first < files; at += 1) {
    const { task: original, ...job } = jobs[at]!;
    let task = indexes.get(original);
    if (task === undefined) {
      indexes.set(original, (task = found.length));
      found.push({ ...tasks[original]!, ...nameOf(tasks[original]!), jobs: 0, files: 0 });
    }
    found[task]!.jobs += 1;
    found[task]!.files += job.files.length;
    piece.push({ ...job, task, at: job.at - begin, first });
    first += job.files.length;
  }
  return { tasks: found, jobs: piece, seconds: isWhole ? DAY_SECONDS : (piece.at(-1)?.at ?? 0) };
}
