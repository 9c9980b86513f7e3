import type { SimulatedWorld } from '../simulators/world.ts';
import { nameOf } from './verify-files.ts';
import type { ExpectedFile } from './expectations.ts';
import type { Generated } from './generate.ts';
import type { Reported } from './reporting.ts';
import type { TaskResult } from './results.ts';
import { checkAll, type Check } from './verification.ts';

/** Looks at what is in DBS, and at what CRAB was told. */
export async function verifyCatalog(
  world: SimulatedWorld,
  made: Generated,
  expected: readonly ExpectedFile[],
  results: readonly TaskResult[],
  reported: Reported,
): Promise<Check[]> {
  const booked = world.dbs.books.files();
  const said = new Map(
    results.flatMap(({ task, files }) => files.map((file) => [`${task.name} ${file.key}`, file.publication])),
  );
  const saidOf = ({ task, key }: ExpectedFile) => said.get(`${task.name} ${key}`);
  const published = expected.filter((file) => saidOf(file) === 'DONE');
  const publishedLfns = new Set(published.map(({ file }) => file.destinationLfn));

  return [
    await checkAll(
      'files published: in DBS exactly once, in their dataset, with size and adler32',
      published,
      ({ task, file }) => {
        const rows = booked.filter(({ lfn }) => lfn === file.destinationLfn);
        const [row] = rows;
        if (!row || rows.length > 1) return `${file.destinationLfn} is in DBS ${rows.length} times`;
        const { size, adler32 } = made.files.get(file.destinationLfn) ?? { size: -1, adler32: '' };
        const right = row.dataset === task.dataset && row.size === size && row.adler32 === adler32 && row.valid;
        return right ? null : `${row.lfn} is in ${row.dataset} with ${row.size} bytes, ${row.adler32}`;
      },
    ),
    await checkAll('files in DBS, none that was not to be published', booked, ({ lfn }) =>
      publishedLfns.has(lfn) ? null : lfn,
    ),
    await checkAll('publications that ended as scripted', expected, (file) => {
      const publication = saidOf(file);
      return publication === file.publication
        ? null
        : `${nameOf(file)} is ${publication}, scripted: ${file.publication}`;
    }),
    await checkAll(
      'jobs awaited through jobOutput, each told the outcome of every file',
      reported.outcomes,
      ({ task, job, outcome }) => {
        const files = expected.filter((file) => file.task === task && file.job === job);
        const wrong = files.filter(({ key, transfer, publication }) => {
          const told = outcome.files.find((file) => file.key === key);
          // A job flagged for publication only after it was done has had its answer by then.
          const agrees =
            told?.publication === publication || (task.publication === 'later' && told?.publication === 'NOT_REQUIRED');
          return told?.transfer !== transfer || !agrees;
        });
        const complete = outcome.files.length === files.length;
        return complete && wrong.length === 0 ? null : `${task.label} job ${job.jobId}: ${JSON.stringify(outcome)}`;
      },
    ),
  ];
}
