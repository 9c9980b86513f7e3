/**
 * Loses the machine of Temporal's database and goes on with its standby: `npm run rehearse:failover [-- --jobs 60 --json <file>]`.
 * Job outputs are reported and staged out while PostgreSQL is killed with SIGKILL; its standby is promoted, Temporal's server is started on
 * it, workers forget what they had in their caches. Once with a standby that every commit waits for, once with one that is behind by what
 * was taken in the last seconds, as one that commits do not wait for may be.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { onPostgresql } from './support/on-postgresql.ts';
import { readOptions } from './support/options.ts';
import { OUTCOME_HEAD, outcomeBounds, outcomeCells, Rehearsal, type Outcome } from './support/rehearsal.ts';
import { Report } from './support/report/report.ts';

const options = readOptions({ jobs: 60 });

interface Figures extends Outcome {
  replication: 'synchronous' | 'asynchronous';
  /** From the kill until Temporal answered again, seconds. */
  away: number;
}

function failOver(ending: Ending, replication: Figures['replication']): Promise<Figures> {
  return onPostgresql(ending, {}, async ({ world, temporal, database, rig, others }) => {
    const standby = await database.copyAs('standby');
    others.push(standby);
    if (replication === 'synchronous') await database.configure('synchronous_standby_names', '*');
    const rehearsal = await Rehearsal.begin(world, rig, options.jobs);
    await rehearsal.underWay(Math.floor(options.jobs / 3));
    if (replication === 'asynchronous') {
      // It hears nothing any more, as when the network between the two is slow.
      await standby.configure('primary_conninfo', '');
      await rehearsal.underWay(rehearsal.taken + Math.floor(options.jobs / 4));
    }
    const start = performance.now();
    await database.kill();
    await temporal.kill();
    await standby.promote();
    await temporal.restart(standby);
    const away = (performance.now() - start) / 1000;
    await rig.restartWorkers();
    return { replication, away, ...(await rehearsal.conclude()) };
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('rehearse-failover', "The database's machine is lost, its standby goes on", options);
  const figures = [await failOver(ending, 'synchronous'), await failOver(ending, 'asynchronous')];
  report.table(
    ['replication', 's without Temporal', ...OUTCOME_HEAD],
    figures.map((one) => [one.replication, one.away.toFixed(1), ...outcomeCells(one)]),
    'Job outputs that were forgotten were reported again:',
  );
  return report.conclude(
    figures,
    figures.flatMap((one) => outcomeBounds(one.replication, one, one.replication === 'asynchronous')),
  );
}

process.exit(await runUntilInterrupted(measure));
