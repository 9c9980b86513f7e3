/**
 * What Temporal's database grows by: `npm run bench:retention [-- --files 2000 --trickle 120 --json <file>]`.
 * Jobs of two output files each, staged out and published against the simulators, on PostgreSQL: in a burst, which makes full batches, and in
 * a trickle, where each batch has the files of one job, as most have in a day of CMS. Bytes of tables with their indexes per file; what the
 * deletion of closed workflows leaves, which is what happens to them at the end of their retention; and what the same load then adds, and puts
 * into an archive of histories.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { filesOf, type Load } from './retention/load.ts';
import { measureRetention, type RetentionFigures } from './retention/measure.ts';
import { tellRetention } from './retention/tables.ts';
import { sum } from './support/database-size.ts';
import { readOptions } from './support/options.ts';
import { newProgress } from './support/progress.ts';
import { none, rounded } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';

const options = readOptions({ files: 2000, trickle: 120 });

const LOADS: readonly Load[] = [
  { name: 'burst', jobs: options.files / 2 },
  // A batch leaves with the files of one job: what the next one brings is for the next.
  { name: 'trickle', jobs: options.trickle, perSecond: 4, maxFilesPerFtsJob: 2 },
];

async function measure(ending: Ending): Promise<number> {
  const report = new Report('retention', "What Temporal's database on PostgreSQL grows by", options);
  const step = newProgress();
  const figures: RetentionFigures[] = [];
  for (const load of LOADS)
    figures.push(
      await step(`${load.name} of ${filesOf(load)} files`, measureRetention(ending, load), ({ files, packed }) => ({
        'kB per file, packed': rounded(sum(packed) / files / 1000),
      })),
    );
  tellRetention(report, figures);
  return report.conclude(
    figures,
    // What the same load adds into the room that was made is a figure only: so small a database is mostly the room that updates take.
    figures.flatMap((one) => [
      none(`${one.load}: rows that deleted workflows leave`, one.rowsLeft),
      none(`${one.load}: closed workflows that are not in the archive`, one.notArchived),
    ]),
  );
}

process.exit(await runUntilInterrupted(measure));
