import { checkAll, type Check } from '../../demo/verification.ts';
import type { Evidence, FileEvidence } from '../evidence.ts';
import { isTouched } from '../touch.ts';
import { copiesByDestination, nameOf, saidGeneration, type AskedCopy } from './generations.ts';

/** CRAB's rows tell whole seconds. */
const SECOND_MS = 1_000;

/** What FTS was asked for: never twice for an attempt, never for what is over. */
export async function checkCopies({ files, fts, acts }: Evidence): Promise<Check[]> {
  const copies = copiesByDestination(fts);
  const of = (file: FileEvidence): AskedCopy[] => copies.get(nameOf(file)) ?? [];
  // A sid is <first run of the task>/<batch>/<attempt>/<digest>.
  const attempts = Map.groupBy(fts, ({ sid, jobId }) => sid?.split('/').slice(0, 3).join('/') ?? jobId);
  return [
    await checkAll('attempts of batches, each with one FTS job', [...attempts], ([attempt, jobs]) =>
      jobs.length === 1 && attempt.split('/').length === 3 ? null : `${attempt} has ${jobs.length} jobs`,
    ),
    await checkAll('FTS jobs that name no destination twice', fts, ({ jobId, files: named }) =>
      new Set(named.map(({ destination }) => destination)).size === named.length ? null : jobId,
    ),
    await checkAll(
      'destinations, none asked for while an earlier copy to it was not over',
      [...copies],
      ([name, list]) => {
        const early = list.find((copy, at) => at > 0 && !isOverBefore(list[at - 1], copy.job.submitTime));
        return early ? `${name} was asked for again at ${new Date(early.job.submitTime).toISOString()}` : null;
      },
    ),
    await checkAll('destinations, none written by two copies at a time', [...copies], ([name, list]) => {
      const runs = list.flatMap(({ attempts: own }) => [...own]).sort((a, b) => a.startedAt - b.startedAt);
      return runs.some((run, at) => at > 0 && run.startedAt < (runs[at - 1]?.endedAt ?? Infinity)) ? name : null;
    }),
    await checkAll(
      'files not called off in FTS, their batch not reset: the bytes of each run copied well once at the most',
      files,
      (file) => {
        // FTS calls wrong bytes of a log FINISHED, as it has no sum to tell them by: we see it, and send it again.
        if (file.file.type === 'log' && file.file.fault === 'corrupt') return null;
        if (isTouched(file, of(file), acts)) return null;
        const finished = of(file).filter(({ state }) => state === 'FINISHED');
        const ofOneRun = [...Map.groupBy(finished, ({ userSize }) => userSize).values()].map(({ length }) => length);
        const times = Math.max(0, ...ofOneRun);
        return times > 1 ? `${nameOf(file)} was copied well ${times} times` : null;
      },
    ),
    await checkAll('files KILLED, none copied after CRAB was told so', files, (file) => {
      const { said, row } = file;
      const size = saidGeneration(file)?.size;
      if (said?.transfer !== 'KILLED' || !row) return null;
      const killedBy = (row.tm_last_update + 1) * SECOND_MS;
      const late = of(file).some(
        ({ job, userSize, attempts: own }) =>
          userSize === size && (job.submitTime > killedBy || own.some(({ startedAt }) => startedAt > killedBy)),
      );
      return late ? `${nameOf(file)} was KILLED by ${new Date(killedBy).toISOString()} and copied later` : null;
    }),
  ];
}

const isOverBefore = (copy: AskedCopy | undefined, moment: number): boolean =>
  (copy?.finishTime ?? (copy ? Infinity : 0)) <= moment;
