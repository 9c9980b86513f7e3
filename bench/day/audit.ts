import type { DbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';
import type { FtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import type { FileList } from '../../src/simulators/storage/listed-storage.ts';
import { classify } from '../../src/domain/failure-classes.ts';
import type { DayCopies } from './copies.ts';
import { adler32Of, fileNumber, type DayFiles } from './day-files.ts';

/** What the world's own books say of every file in the end. */
export interface DayAudit {
  /** By task: files that FTS finished, that lie at their destinations with the right size and sum, whose sources are there, that DBS has. */
  finished: Uint32Array;
  there: Uint32Array;
  sources: Uint32Array;
  published: Uint32Array;
  /** By file: when FTS got it first, epoch milliseconds; 0 for never. */
  sentAt: Float64Array;
  /** By file: when its source was removed, which is when it is DONE, epoch milliseconds; 0 for never. */
  removedAt: Float64Array;
  /** Files that FTS finished more often than once. */
  finishedTwice: number;
  /** Files that were sent while FTS still had an earlier attempt of them. */
  sentTwice: number;
  /** Files at their destination that FTS never finished, or whose size or sum is wrong. */
  strangers: number;
  /** Files in DBS that are not of the day, or have the wrong size or sum. */
  wrongInDbs: number;
  /** Files without a copy that ended well, by the class of the last failure. */
  failures: Record<string, number>;
  /** FTS jobs of one task that had not ended, at a time at the most. */
  mostJobsOfTask: number;
  filesPerJob: number[];
  filesPerBlock: number[];
}

interface Books {
  fts: FtsSimulator;
  dbs: DbsSimulator;
  files: FileList;
  copies: DayCopies;
  removedAt: Float64Array;
}

/** Goes through FTS's jobs, DBS's files and the sites' lists. */
export function auditDay(day: DayFiles, { fts, dbs, files, copies, removedAt }: Books): DayAudit {
  const perTask = (): Uint32Array => new Uint32Array(day.tasks.length);
  const audit: DayAudit = {
    ...{ finished: perTask(), there: perTask(), sources: perTask(), published: perTask() },
    ...{ sentAt: new Float64Array(day.files), removedAt },
    ...{ finishedTwice: 0, sentTwice: 0, strangers: 0, wrongInDbs: 0 },
    ...{ failures: {}, mostJobsOfTask: 0, filesPerJob: [], filesPerBlock: [] },
  };
  const failures = lookAtJobs(day, fts, audit);
  audit.mostJobsOfTask = mostAtATime(fts);
  for (let file = 0; file < day.files; file += 1) {
    const { task, source } = day.jobOf(file);
    const arrivals = copies.arrivals[file]!;
    if (arrivals > 1) audit.finishedTwice += 1;
    if (arrivals > 0) audit.finished[task]! += 1;
    else if (audit.sentAt[file]! > 0) {
      const failure = failures.get(file) ?? 'not ended';
      audit.failures[failure] = (audit.failures[failure] ?? 0) + 1;
    }
    if (files.get(source, day.sourceLfn(file))) audit.sources[task]! += 1;
    const found = files.get(day.tasks[task]!.destination, day.destinationLfn(file));
    if (!found) continue;
    const isRight = found.size === day.bytesOf(file) && found.adler32 === adler32Of(file);
    if (isRight) audit.there[task]! += 1;
    if (!isRight || arrivals === 0) audit.strangers += 1;
  }
  for (const { lfn, size, adler32, dataset, valid } of dbs.books.files()) {
    const file = fileNumber(lfn);
    const owner = file === null || file >= day.files ? null : day.taskOf(file);
    const isRight = owner?.dataset === dataset && size === day.bytesOf(file!) && adler32 === adler32Of(file!) && valid;
    if (isRight) audit.published[day.jobOf(file!).task]! += 1;
    else audit.wrongInDbs += 1;
  }
  audit.filesPerBlock = dbs.books.blocks().map((block) => block.files);
  return audit;
}

/** @returns the class of the last failure of each file that failed last */
function lookAtJobs(day: DayFiles, fts: FtsSimulator, audit: DayAudit): Map<number, string> {
  const failures = new Map<number, string>();
  /** When FTS let go of the attempt before. */
  const heldUntil = new Float64Array(day.files);
  for (const job of fts.jobs()) {
    audit.filesPerJob.push(job.files.length);
    for (const { destination, state, reason, finishTime } of job.files) {
      const file = fileNumber(destination);
      if (file === null) continue;
      if (audit.sentAt[file] === 0) audit.sentAt[file] = job.submitTime;
      else if (job.submitTime < heldUntil[file]!) audit.sentTwice += 1;
      heldUntil[file] = finishTime ?? Infinity;
      if (state === 'FINISHED') failures.delete(file);
      else failures.set(file, finishTime === null ? 'not ended' : classify(reason ?? '', state).class);
    }
  }
  return failures;
}

/** FTS jobs of one task that had not ended, at a time at the most. */
function mostAtATime(fts: FtsSimulator): number {
  const byTask = Map.groupBy(fts.jobs(), ({ metadata }) => String(metadata['task']));
  const most = [...byTask.values()].map((jobs) => {
    const changes = jobs.flatMap(({ submitTime, finishTime }) => [
      { at: submitTime, by: 1 },
      { at: finishTime ?? Infinity, by: -1 },
    ]);
    // What ends makes room for what begins at the same moment.
    changes.sort((a, b) => a.at - b.at || a.by - b.by);
    let now = 0;
    return Math.max(...changes.map(({ by }) => (now += by)));
  });
  return Math.max(0, ...most);
}
