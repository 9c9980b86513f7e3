import { logNormal, seededRandom } from '../../src/demo/random.ts';
import { CMS } from './cms-figures.ts';
import { Weighted } from './weighted.ts';

const DAY = 24 * 3600;

export interface CmsLoadOptions {
  seed: number;
  /** Files of the day, exactly so many. */
  files: number;
  /** @default {@link CMS}.users */
  users?: number;
  /** @default {@link CMS}.sites */
  sites?: number;
  /** Jobs of the largest task. @default {@link CMS}.largestTask */
  largestTask?: number;
}

/** A CRAB task, or that part of one which falls into the day. Its jobs are drawn when they are asked for: {@link jobsOf}. */
export interface CmsTask {
  /** Different for each task. */
  label: string;
  user: string;
  /** Where its user keeps files. */
  destination: string;
  /** Where its jobs run. */
  sources: readonly string[];
  publish: boolean;
  /** Each job has a log, too. */
  logs: boolean;
  jobs: number;
  files: number;
  /** Seconds from the beginning of the day to its submission; below 0 for one of the day before. */
  submittedAt: number;
  /** What its jobs are drawn from: all of them, whatever the day they end in. */
  whole: { seed: number; jobs: number; files: number };
}

/** A job of a task that has ended and is reported. */
export interface CmsJob {
  jobId: string;
  /** Seconds from the beginning of the day. */
  at: number;
  source: string;
  files: readonly { type: 'output' | 'log'; bytes: number }[];
}

/**
 * The tasks of a day, with exactly so many files of jobs that end in it; the same for the same options. What a task leaves for the next
 * day comes at this one's beginning, too, as the rest of a task of the day before: so any hour is like any other.
 */
export function cmsTasks(options: CmsLoadOptions): CmsTask[] {
  const { seed, files, users = CMS.users, sites = CMS.sites, largestTask = CMS.largestTask } = options;
  const random = seededRandom(seed);
  const user = Weighted.zipf(users, CMS.userExponent);
  const site = Weighted.zipf(sites, CMS.siteExponent);
  const homes = Array.from({ length: users }, () => siteName(site.draw(random)));
  const tasks: CmsTask[] = [];
  for (let left = files; left > 0;) {
    const who = user.draw(random);
    const logs = random() < CMS.shareWithLogs;
    const perJob = CMS.outputsPerJob + Number(logs);
    const jobs = Math.min(taskSize(random, largestTask), Math.ceil(left / perJob));
    const task: CmsTask = {
      label: `t${tasks.length + 1}`,
      user: userName(who),
      destination: homes[who] as string,
      sources: site.drawSome(random, Math.min(jobs, CMS.sitesPerTask)).map(siteName),
      publish: random() < CMS.shareToPublish,
      ...{ logs, jobs, files: Math.min(left, jobs * perJob) },
      submittedAt: random() * DAY,
      whole: { seed: Math.floor(random() * 2 ** 32), jobs, files: Math.min(left, jobs * perJob) },
    };
    left -= task.files;
    tasks.push(...partsByDay(task));
  }
  return tasks;
}

/** The jobs of a task that end in the day, in the order of their ends. */
export function jobsOf(task: CmsTask): CmsJob[] {
  const jobs = drawJobs(task).filter(({ at }) => at >= 0 && at < DAY);
  return jobs.sort((a, b) => a.at - b.at);
}

/** Users of the load are named in the order of their activity: `user1` is the busiest. */
const userName = (index: number): string => `user${index + 1}`;

/** Sites in the order of their size. */
const siteName = (index: number): string => `T2_XX_Site${index + 1}`;

function taskSize(random: () => number, largest: number): number {
  const { taskExponent } = CMS;
  const atMost = 1 - (largest + 1) ** -taskExponent;
  return Math.floor((1 - random() * atMost) ** (-1 / taskExponent));
}

/** Where jobs end only after midnight, those of the days before did so today. */
function partsByDay(task: CmsTask): CmsTask[] {
  const parts: CmsTask[] = [];
  for (let left = task.files, day = 0; left > 0; day += 1) {
    const part = { ...task, submittedAt: task.submittedAt - day * DAY };
    if (day > 0) part.label = `${task.label}-${day}`;
    const jobs = jobsOf(part);
    if (jobs.length === 0) continue;
    part.jobs = jobs.length;
    part.files = jobs.reduce((sum, job) => sum + job.files.length, 0);
    left -= part.files;
    parts.push(part);
  }
  return parts;
}

function drawJobs({ logs, sources, submittedAt, whole }: CmsTask): CmsJob[] {
  const random = seededRandom(whole.seed);
  const median = logNormal(random, CMS.jobSeconds.median, 0.5);
  return Array.from({ length: whole.jobs }, (_, at): CmsJob => {
    const wave = Math.floor(at / CMS.jobsAtOnce);
    const ended = submittedAt + wave * median + logNormal(random, median, CMS.jobSeconds.sigma);
    const source = sources[Math.floor(random() * sources.length)] as string;
    const files = [CMS.outputBytes, CMS.outputBytes, ...(logs ? [CMS.logBytes] : [])].map((bytes, file) => ({
      type: file < CMS.outputsPerJob ? ('output' as const) : ('log' as const),
      bytes: Math.round(Math.min(bytes.largest, Math.max(1, logNormal(random, bytes.median, bytes.sigma)))),
    }));
    const left = whole.files - at * files.length;
    return { jobId: String(at + 1), at: ended, source, files: files.slice(0, left) };
  });
}
