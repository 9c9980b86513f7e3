/**
 * A day of CMS: `npm run bench:day [-- --files 400000 (or --hours 24) --speed auto --windows scaled --waits 1 --users 1000 --sites 80
 * --store memory --workers 1 --cached 20000 --seed 1 --patience 300 --json <file>]`.
 *
 * The load of support/cms-load.ts, or a piece of it from noon on (`--files 20000`), goes the whole path, reported → final → published, against
 * simulators that keep time and move no bytes, so many times faster than in life. Copies, pauses before retries and the wait for blocks to fill are
 * as many times shorter; windows and looks, too, unless `--windows shipped` leaves them as they are. The day's clock stands still while more is
 * waiting than windows hold, so that what is found is a speed that holds; `auto` finds it by a piece first. In the end the books of the tasks,
 * of FTS, of DBS and of the sites are held against each other, file by file.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { capacityOf } from './day/capacity.ts';
import { figuresOf, reportDay } from './day/day-report.ts';
import { foretold } from './day/foretold.ts';
import { reportHeadroom } from './day/headroom.ts';
import { readDayOptions } from './day/options.ts';
import { FTS_LIMITS, policyAt } from './day/policy-at.ts';
import { workDay, type DayFindings } from './day/work-day.ts';
import { CMS, CMS_FILES_PER_SECOND } from './support/cms-figures.ts';
import { atLeast, atMost, none, target, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';

/** The day in 25 minutes. */
const TARGET_SPEED = 58;
/** The piece that tells what speed holds, without long pauses before retries so that it ends soon, and how much of what is found there is dared. */
const TRIAL_FILES = 3_000;
const TRIAL_MINUTES = 4;
const TRIAL_WAITS = 60;
const DARED = 0.8;
/** Seconds beside the window until FTS is to have a file. */
const LATENCY_S = 2;

/** To close the accounts of what there is when it is interrupted. */
const LAST_WORDS_MS = 120_000;

const options = readDayOptions();
const { files, users, sites, seed, workers, store, windows, cached, patience, waits } = options;
const common = { waits, workers, store, cached, settings: { fts: FTS_LIMITS } };

async function measure(ending: Ending): Promise<number> {
  const report = new Report('day', 'A day of CMS', options);
  const speed = options.speed === 'auto' ? await speedThatHolds(ending) : options.speed;
  console.log(foretold({ files, speed, waits }));
  const day = { seed, day: CMS.filesPerDay, files, users, sites };
  const findings = await workDay(
    ending,
    { ...common, day, speed, policy: policyAt({ speed, windows, waits }) },
    patience,
  );
  const figures = figuresOf(findings);
  reportDay(report, findings, figures);
  reportHeadroom(report, figures.cpuMsPerFile, TARGET_SPEED);
  const { accounts, cpu, memory, seconds } = findings;
  return report.conclude({ ...figures, speed, accounts, cpu, memory, seconds }, boundsOf(findings, figures));
}

/** Works a piece of the day at the target's speed, which is more than holds: what it is worked at, less a margin. */
async function speedThatHolds(ending: Ending): Promise<number> {
  console.log(
    `finding a speed that holds by ${Math.min(files, TRIAL_FILES)} files, within ${TRIAL_MINUTES + 1} minutes`,
  );
  const day = { seed, day: CMS.filesPerDay, files: Math.min(files, TRIAL_FILES), users, sites };
  const trial = await workDay(
    ending,
    {
      ...{ ...common, waits: Math.max(waits, TRIAL_WAITS), day, speed: TARGET_SPEED },
      policy: policyAt({ speed: TARGET_SPEED, windows, waits: Math.max(waits, TRIAL_WAITS) }),
    },
    TRIAL_MINUTES,
  );
  ending.signal.throwIfAborted();
  const filesPerSecond = capacityOf(trial.moments);
  const speed = Math.floor((DARED * filesPerSecond) / CMS_FILES_PER_SECOND);
  // Nothing may have been worked at all.
  if (Number.isNaN(speed)) throw new Error(`no speed holds: hardly a file was worked in ${TRIAL_MINUTES} minutes`);
  console.log(`${filesPerSecond.toFixed(1)} files/s at most; going at ${DARED} of it`);
  return Math.max(1, Math.min(TARGET_SPEED, speed));
}

function boundsOf(of: DayFindings, { faster, latency }: ReturnType<typeof figuresOf>): Bound[] {
  const { accounts, audit, batchWindow } = of;
  return [
    target(atLeast('times faster than in life', faster, TARGET_SPEED)),
    none('files without an end', accounts.unaccounted),
    none('workflows left open', of.open),
    none('disagreements between the books of the tasks, FTS, DBS and the sites', accounts.disagreeing),
    none('files copied twice', audit.finishedTwice),
    none('files sent while FTS still had them', audit.sentTwice),
    none("files at a destination that are none of FTS's, or wrong", audit.strangers),
    none('files in DBS that are not of the day, or wrong', audit.wrongInDbs),
    {
      name: 'files REJECTED, as many as were reported so',
      found: accounts.rejected,
      holds: accounts.rejected === of.broken,
    },
    target(atMost('reported → FTS has it, p95', latency.p95, batchWindow + LATENCY_S, 's')),
  ];
}

process.exit(await runUntilInterrupted(measure, LAST_WORDS_MS));
