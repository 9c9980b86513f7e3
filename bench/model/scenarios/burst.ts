import { drawCopySeconds } from '../../support/cms-copies.ts';
import { CMS } from '../../support/cms-figures.ts';
import { taskName } from '../../support/plain-task.ts';
import { quantile } from '../../support/quantile.ts';
import { rounded } from '../../support/report/bound.ts';
import type { Report } from '../../support/report/report.ts';
import { sitesOfLinks } from '../../support/sites.ts';
import { logNormal, seededRandom } from '../../../src/demo/random.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/policy.ts';
import type { Calibration } from '../calibration.ts';
import { costsOf } from '../costs.ts';
import { playedPlain, playTask } from '../load.ts';
import { BEGIN, Universe } from '../universe.ts';

/** Of a task whose outputs have waited somewhere: CRAB was away, or a site's queue. Assumed: they are reported so many a second. */
const BURST = { jobs: 5_000, outputs: 2, links: 10, perSecond: 50 };

type Sizes = Pick<Policy, 'batchWindow' | 'maxFilesPerFtsJob' | 'maxActiveFtsJobs'>;

const VARIANTS: readonly Partial<Sizes>[] = [
  {},
  { maxFilesPerFtsJob: 10 },
  { maxFilesPerFtsJob: 50 },
  { maxFilesPerFtsJob: 200 },
  { batchWindow: 5 },
  { batchWindow: 60 },
  { maxActiveFtsJobs: 10 },
  { maxActiveFtsJobs: 200 },
];

interface Row extends Sizes {
  jobs: number;
  filesPerJob: number;
  requestsPerFile: number;
  transitions: number;
  cpu: number;
  submitted: { median: number; p95: number };
  done: number;
}

/** What the sizes of batches do where there is something to fill them with: a burst. */
export function reportBurst(report: Report, calibration: Calibration): Row[] {
  const rows = VARIANTS.map((policy) => rowOf(policy, calibration));
  report.table(
    ['window, s', 'files/job at most', 'FTS jobs of a task', 'FTS jobs', 'files/job, mean', 'FTS requests/1,000 files', 'transitions/job output', 'CPU s/1,000 outputs', 'submitted after, s: median', 'p95', 'DONE after, min: p95'], // prettier-ignore
    rows.map((row) => [
      ...[row.batchWindow, row.maxFilesPerFtsJob, row.maxActiveFtsJobs, row.jobs],
      ...[row.filesPerJob, row.requestsPerFile * 1000, row.transitions, row.cpu].map(rounded),
      ...[row.submitted.median, row.submitted.p95, row.done / 60].map(rounded),
    ]),
    `The same in a burst: ${BURST.jobs} job outputs of ${BURST.outputs} files over ${BURST.links} links to one site, ${BURST.perSecond} reported a second:`,
  );
  const bySize = rows.filter(({ batchWindow, maxActiveFtsJobs }) => batchWindow === DEFAULT_POLICY.batchWindow && maxActiveFtsJobs === DEFAULT_POLICY.maxActiveFtsJobs).sort((a, b) => a.maxFilesPerFtsJob - b.maxFilesPerFtsJob); // prettier-ignore
  const line = (of: (row: Row) => number): [number, number][] => bySize.map((row) => [row.maxFilesPerFtsJob, of(row)]);
  report.plot({
    ...{
      kind: 'lines',
      id: 'sizes',
      title: 'A burst by size of FTS jobs: FTS requests, transitions, time until FTS has it',
    },
    x: { name: 'files of an FTS job at most', log: true },
    y: { name: 'see legend', log: true },
    series: [
      { name: 'FTS requests per 1,000 files', points: line((row) => row.requestsPerFile * 1000) },
      { name: 'transitions per job output', points: line((row) => row.transitions) },
      { name: 'submitted after, p95, s', points: line((row) => row.submitted.p95) },
    ],
  });
  return rows;
}

function rowOf(changed: Partial<Sizes>, calibration: Calibration): Row {
  const { jobs, outputs, links, perSecond } = BURST;
  const random = seededRandom(1);
  const bytes = (): number => logNormal(random, CMS.outputBytes.median, CMS.outputBytes.sigma);
  const fts = { outcomeOf: () => null, secondsOf: () => drawCopySeconds(random, bytes()) };
  const universe = new Universe({ seed: 1, policy: changed, fts });
  const task = { task: taskName('burst'), jobs, outputs, log: false, publish: true, ...sitesOfLinks(links) };
  playTask(universe, playedPlain(task, 'signals', perSecond));
  universe.queue.runUntil(BEGIN + 48 * 3600 * 1000);
  const { findings } = universe;
  const { transitions, cpu } = costsOf(calibration, findings);
  const { batchWindow, maxFilesPerFtsJob, maxActiveFtsJobs } = { ...DEFAULT_POLICY, ...changed };
  const waited = findings.reportedToSubmitted;
  return {
    ...{ batchWindow, maxFilesPerFtsJob, maxActiveFtsJobs, jobs: findings.jobSizes.length, transitions },
    ...{
      filesPerJob: findings.files / findings.jobSizes.length,
      requestsPerFile: findings.allFtsRequests / findings.files,
    },
    cpu: (cpu.worker + cpu.server + cpu.database) * 1000,
    submitted: { median: quantile(waited, 0.5), p95: quantile(waited, 0.95) },
    done: quantile(findings.stays.map(({ reportedAt, doneAt }) => (doneAt - reportedAt) / 1000), 0.95), // prettier-ignore
  };
}
