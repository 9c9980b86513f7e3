/**
 * Loses Temporal's database for good and goes on with a backup: `npm run rehearse:restore [-- --jobs 60 --json <file>]`.
 * A base backup (`pg_basebackup`) is taken at work, more is reported, then PostgreSQL is killed and its data removed. Once the backup alone is
 * restored, which is of then; once with the archive of its log, replayed to the end, which is of now.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import type { Postgresql } from '../src/servers/postgresql.ts';
import { onPostgresql } from './support/on-postgresql.ts';
import { readOptions } from './support/options.ts';
import { OUTCOME_HEAD, outcomeBounds, outcomeCells, Rehearsal, type Outcome } from './support/rehearsal.ts';
import { Report } from './support/report/report.ts';

const options = readOptions({ jobs: 60 });

interface Figures extends Outcome {
  restored: 'base backup' | 'base backup and archived log';
  /** From the kill until Temporal answered again, seconds. */
  away: number;
}

/** Each segment of the log is kept beside the data as soon as it is full; in production, on another machine. */
const ARCHIVE = { archive_mode: 'on', archive_command: 'mkdir -p ../archive && cp %p ../archive/%f' };

function restore(ending: Ending, restored: Figures['restored']): Promise<Figures> {
  return onPostgresql(ending, { postgresql: ARCHIVE }, async ({ world, temporal, database, rig, others }) => {
    const log = { restore_command: `cp ${database.folder}/archive/%f %p` };
    const rehearsal = await Rehearsal.begin(world, rig, options.jobs);
    await rehearsal.underWay(Math.floor(options.jobs / 3));
    const backup = await database.copyAs('backup', restored === 'base backup' ? {} : log);
    others.push(backup);
    await rehearsal.underWay(rehearsal.taken + Math.floor(options.jobs / 4));
    const start = performance.now();
    await temporal.kill();
    await archiveAll(database, ending.signal);
    await database.kill();
    await backup.restart();
    await untilWritable(backup, ending.signal);
    await temporal.restart(backup);
    const away = (performance.now() - start) / 1000;
    await rig.restartWorkers();
    return { restored, away, ...(await rehearsal.conclude()) };
  });
}

/** A segment goes to the archive when it is full or `archive_timeout` is over: here the last one is asked for, so that nothing is missing. */
async function archiveAll(database: Postgresql, signal: AbortSignal): Promise<void> {
  const [last = ''] = await database.query('postgres', 'SELECT pg_walfile_name(pg_switch_wal())');
  const archived = 'SELECT last_archived_wal FROM pg_stat_archiver';
  await until(async () => ((await database.query('postgres', archived))[0] ?? '') >= last, signal);
}

/** It answers reads before it has replayed the log. */
async function untilWritable(backup: Postgresql, signal: AbortSignal): Promise<void> {
  await until(async () => (await backup.query('postgres', 'SELECT pg_is_in_recovery()'))[0] === 'f', signal);
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('rehearse-restore', 'The database is lost, a backup goes on', options);
  const figures = [await restore(ending, 'base backup'), await restore(ending, 'base backup and archived log')];
  report.table(
    ['restored', 's without Temporal', ...OUTCOME_HEAD],
    figures.map((one) => [one.restored, one.away.toFixed(1), ...outcomeCells(one)]),
    'Job outputs that were forgotten were reported again:',
  );
  return report.conclude(
    figures,
    figures.flatMap((one) => outcomeBounds(one.restored, one, one.restored === 'base backup')),
  );
}

process.exit(await runUntilInterrupted(measure));
