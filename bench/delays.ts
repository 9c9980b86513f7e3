/**
 * How long a file waits for us: `npm run bench:delays [-- --idle 40 --loaded 600 --burst 2000 --stores memory --json <file>]`.
 * From its report until FTS has it, from FTS's finish until that is in its batch's history, from there until it is in DBS. With nothing
 * else to do (a job of two files a second) and at half of the rate that the same plant was found to manage just before. Windows, looks
 * and pauses are a tenth of those that are shipped; copies take a second, blocks wait for company as long as windows do.
 */
import { closeTask } from '../src/client/index.ts';
import { stageOutId, transferBatchId } from '../src/contract/ids.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { patiently } from '../src/demo/patiently.ts';
import { endsOfLooks } from './delays/ends-of-looks.ts';
import { readOptions } from './support/options.ts';
import { filesOf, reportsOf, taskName, type PlainTask } from './support/plain-task.ts';
import { onPlant, type Plant } from './support/plant.ts';
import { QUICK, TENTH } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { quantile } from './support/quantile.ts';
import { atMost, none, rounded, target, type Bound } from './support/report/bound.ts';
import { distribution } from './support/report/plot.ts';
import { Report } from './support/report/report.ts';
import { reportAll } from './support/reporting.ts';
import { sitesOfLinks } from './support/sites.ts';
import { STORE_NAMES, STORES, type Store } from './support/store.ts';
import { workTasks } from './support/work.ts';

const LINKS = 10;
const OUTPUTS = 2;
const COPY_MS = 1_000;
const WINDOW = TENTH.batchWindow;
const POLICY = { ...TENTH, blockTimeout: WINDOW };
/** Seconds beyond the window within which 95 of 100 files are to be with FTS (issue 7). */
const SUBMITTED_WITHIN = WINDOW + 2;

const options = readOptions({ idle: 40, loaded: 600, burst: 2_000 }, { stores: { from: STORES, default: ['memory'] } });

/** Seconds of each file, in no order. */
interface Delays {
  submitted: number[];
  recorded: number[];
  published: number[];
}

const STEPS: Readonly<Record<keyof Delays, string>> = {
  ...{ submitted: 'reported → submitted', recorded: 'FTS done → recorded', published: 'recorded → published' },
};

interface DelayFigures {
  load: string;
  store: Store;
  files: number;
  filesPerSecond: number;
  /** Files for which one of the times is not known. */
  unknown: number;
  delays: Delays;
}

const sites = sitesOfLinks(LINKS);
const allSites = [...sites.sources, ...sites.destinations];
const plainTask = (label: string, jobs: number): PlainTask => ({
  ...{ task: taskName(label), jobs, outputs: OUTPUTS, log: false, publish: true, ...sites },
});

/** Files a second that a plant of the same kind manages. */
function measureRate(ending: Ending, store: Store): Promise<number> {
  return onPlant(ending, { store, workers: 1, sites: allSites, policy: QUICK }, async (plant) => {
    const { files, seconds } = await workTasks(plant, [plainTask('rate', options.burst / OUTPUTS)], 'signals');
    return files / seconds;
  });
}

function measureDelays(ending: Ending, store: Store, jobs: number, jobsPerSecond: number, load: string) {
  const simulators = { copyMs: COPY_MS, watchDbs: true };
  return onPlant(ending, { store, workers: 1, sites: allSites, policy: POLICY, simulators }, async (plant) => {
    const plain = plainTask('delays', jobs);
    await plant.simulators.lay(plain);
    const reportedAt = new Map<string, number>();
    const { client, signal } = plant;
    await reportAll(client, plain.task, reportsOf(plain), {
      ...{ perSecond: jobsPerSecond, signal },
      reporting: ({ files }) => files.forEach(({ destinationLfn }) => reportedAt.set(destinationLfn, Date.now())),
    });
    await patiently(signal, () => closeTask(client, plain.task));
    await patiently(signal, () => client.workflow.getHandle(stageOutId(plain.task)).result());
    const delays = await delaysOf(plant, reportedAt);
    const files = filesOf(plain);
    const unknown = files - delays.published.length;
    return { load, store, files, filesPerSecond: jobsPerSecond * OUTPUTS, unknown, delays } satisfies DelayFigures;
  });
}

async function delaysOf({ client, simulators }: Plant, reportedAt: ReadonlyMap<string, number>): Promise<Delays> {
  const delays: Delays = { submitted: [], recorded: [], published: [] };
  const looks = new Map<string, number[]>();
  for (const { destinationLfn, task, batch, submitted, finished, published } of await simulators.times()) {
    const id = transferBatchId(task, batch);
    if (!looks.has(id)) looks.set(id, await endsOfLooks(client, id));
    const reported = reportedAt.get(destinationLfn);
    const recorded = looks.get(id)?.find((at) => finished !== null && at >= finished);
    if (reported === undefined || finished === null || recorded === undefined || published === null) continue;
    delays.submitted.push((submitted - reported) / 1000);
    delays.recorded.push((recorded - finished) / 1000);
    delays.published.push((published - recorded) / 1000);
  }
  return delays;
}

function tell(report: Report, all: readonly DelayFigures[]): void {
  const steps = Object.keys(STEPS) as (keyof Delays)[];
  report.table(
    ['load', 'store', 'files', 'files/s', 'step', 'median s', 'p95 s', 'p99 s'],
    all.flatMap(({ load, store, files, filesPerSecond, delays }) =>
      steps.map((step) => [
        ...[load, STORE_NAMES[store], files, rounded(filesPerSecond), STEPS[step]],
        ...[0.5, 0.95, 0.99].map((share) => quantile(delays[step], share).toFixed(2)),
      ]),
    ),
    `With a window of ${WINDOW} s, looks on a grid of ${POLICY.followGrid} s, copies of ${COPY_MS / 1000} s and blocks that wait ${WINDOW} s for company:`,
  );
  report.plot({
    ...{ kind: 'lines', title: 'How long files wait for us, step by step' },
    x: { name: 'seconds, at most' },
    y: { name: '% of the files' },
    series: all.flatMap(({ load, delays }) =>
      steps.map((step) => ({
        name: `${load}: ${STEPS[step]}`,
        points: distribution(delays[step].map((s) => Math.round(s * 100) / 100)),
      })),
    ),
  });
}

const boundsOf = (all: readonly DelayFigures[]): Bound[] => [
  ...all.map(({ load, store, delays }) =>
    target(
      atMost(
        `${load}, ${STORE_NAMES[store]}: p95 reported → submitted`,
        quantile(delays.submitted, 0.95),
        SUBMITTED_WITHIN,
        's',
      ),
    ),
  ),
  none(
    'files of which a time is not known',
    all.reduce((sum, { unknown }) => sum + unknown, 0),
  ),
];

async function measure(ending: Ending): Promise<number> {
  const report = new Report('delays', 'How long files wait for us', options);
  const step = newProgress();
  const all: DelayFigures[] = [];
  const shown = ({ files, unknown }: DelayFigures) => ({ files, unknown });
  for (const store of options.stores) {
    const rate = await step('what it manages, files/s', measureRate(ending, store), Math.round);
    all.push(await step('idle', measureDelays(ending, store, options.idle, 1, 'idle'), shown));
    const half = measureDelays(ending, store, options.loaded, rate / 2 / OUTPUTS, 'half load');
    all.push(await step('half of it', half, shown));
  }
  tell(report, all);
  const figures = all.map(({ delays, ...of }) => ({
    ...of,
    ...Object.fromEntries(
      Object.entries(delays).map(([name, values]: [string, number[]]) => [
        name,
        [0.5, 0.95, 0.99].map((share) => quantile(values, share)),
      ]),
    ),
  }));
  return report.conclude(figures, boundsOf(all));
}

process.exit(await runUntilInterrupted(measure));
