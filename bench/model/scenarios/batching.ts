import { quantile } from '../../support/quantile.ts';
import { rounded } from '../../support/report/bound.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import type { Calibration } from '../calibration.ts';
import { costsOf } from '../costs.ts';
import type { Findings } from '../findings.ts';
import type { Scenario, Setting } from '../scenario.ts';
import { simulateDay } from '../simulate.ts';
import { reportBurst } from './burst.ts';

const WINDOWS = [5, 60, 300, 600];
const SIZES = [10, 200];
const ACTIVE = [200];
/** Seconds from a batch's begin until FTS has it, at the most, where its task has a turn for it. */
const AT_ONCE = 2;

/** How long a batch waits for company, how large it may become, and how many of a task go on at a time: what FTS and Temporal have of it. */
export const batching: Scenario = {
  name: 'batching',
  play(report, size) {
    const { batchWindow, maxFilesPerFtsJob, maxActiveFtsJobs } = DEFAULT_POLICY;
    const others = (values: number[], shipped: number): number[] => values.filter((value) => value !== shipped);
    const policies: Partial<Policy>[] = [
      {},
      ...others(WINDOWS, batchWindow).map((window) => ({ batchWindow: window })),
      ...others(SIZES, maxFilesPerFtsJob).map((files) => ({ maxFilesPerFtsJob: files })),
      ...others(ACTIVE, maxActiveFtsJobs).map((jobs) => ({ maxActiveFtsJobs: jobs })),
    ];
    const rows = policies.map((policy) => rowOf(policy, size));
    report.table(
      ['window, s', 'files/job at most', 'FTS jobs of a task', 'files/job, mean', 'FTS jobs/file', 'FTS requests/file', 'transitions/job output', 'CPU s/1,000 outputs', 'submitted after, s: median', 'p95', 'p99', 'waited for a turn of their task, % of files'], // prettier-ignore
      rows.map((row) => [
        ...[row.policy.batchWindow, row.policy.maxFilesPerFtsJob, row.policy.maxActiveFtsJobs],
        ...[row.filesPerJob, row.jobsPerFile, row.requests, row.transitions, row.cpu, row.median, row.p95, row.p99, row.waited * 100].map(rounded), // prettier-ignore
      ]),
      "CMS's day. The first row is as shipped; the others differ from it in one setting:",
    );
    const byWindow = rows.filter(({ policy }) => policy.maxFilesPerFtsJob === maxFilesPerFtsJob && policy.maxActiveFtsJobs === maxActiveFtsJobs).sort((a, b) => a.policy.batchWindow - b.policy.batchWindow); // prettier-ignore
    const line = (of: (row: Row) => number): [number, number][] => byWindow.map((row) => [row.policy.batchWindow, of(row)]); // prettier-ignore
    report.plot({
      ...{
        kind: 'lines',
        id: 'batching',
        title: 'What a longer window saves: files per FTS job, FTS requests and transitions',
      },
      x: { name: 'batchWindow, s' },
      y: { name: 'see legend', log: true },
      series: [
        { name: 'files per FTS job', points: line((row) => row.filesPerJob) },
        { name: 'FTS requests per file', points: line((row) => row.requests) },
        { name: 'transitions per job output', points: line((row) => row.transitions) },
      ],
    });
    const burst = reportBurst(report, size.calibration);
    const [shipped] = rows;
    const late = shipped ? shipped.withTurn : NaN;
    return {
      figures: { day: rows, burst },
      bounds: [
        {
          ...{ name: `batching: p95 from reported to submitted as shipped, of files whose task has a turn for them, at most the window and ${AT_ONCE} s`, found: `${rounded(late)} s` }, // prettier-ignore
          holds: late <= batchWindow + AT_ONCE,
        },
      ],
    };
  },
};

interface Row {
  policy: Pick<Policy, 'batchWindow' | 'maxFilesPerFtsJob' | 'maxActiveFtsJobs'>;
  filesPerJob: number;
  jobsPerFile: number;
  requests: number;
  transitions: number;
  cpu: number;
  median: number;
  p95: number;
  p99: number;
  /** p95 of the files that waited for no turn. */
  withTurn: number;
  /** Share of the files that waited for one. */
  waited: number;
}

function rowOf(policy: Partial<Policy>, { files, seed, calibration }: Setting): Row {
  const { findings } = simulateDay({ files: Math.round(files / 3), filesPerDay: 400_000, seed, policy });
  const { batchWindow, maxFilesPerFtsJob, maxActiveFtsJobs } = { ...DEFAULT_POLICY, ...policy };
  return { policy: { batchWindow, maxFilesPerFtsJob, maxActiveFtsJobs }, ...figuresOf(calibration, findings) };
}

function figuresOf(calibration: Calibration, findings: Findings): Omit<Row, 'policy'> {
  const { files, jobSizes, reportedToSubmitted: waited, begunToSubmitted } = findings;
  const withTurn = waited.filter((_, at) => begunToSubmitted[at]! <= AT_ONCE);
  const { transitions, ftsRequests, filesPerJobOutput, cpu } = costsOf(calibration, findings);
  return {
    filesPerJob: files / jobSizes.length,
    jobsPerFile: jobSizes.length / files,
    ...{ requests: ftsRequests / filesPerJobOutput, transitions, cpu: (cpu.worker + cpu.server + cpu.database) * 1000 },
    ...{ median: quantile(waited, 0.5), p95: quantile(waited, 0.95), p99: quantile(waited, 0.99) },
    ...{ withTurn: quantile(withTurn, 0.95), waited: 1 - withTurn.length / waited.length },
  };
}
