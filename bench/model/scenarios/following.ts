import { quantile } from '../../support/quantile.ts';
import { atMost, rounded } from '../../support/report/bound.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/policy.ts';
import type { Scenario, Setting } from '../scenario.ts';
import { sharedLooks } from '../shared-looks.ts';
import { simulateDay, usersAt } from '../simulate.ts';

const FILES_PER_DAY = 400_000;
const VARIANTS: readonly Partial<Pick<Policy, 'followFirst' | 'followMax' | 'followGrid'>>[] = [
  {},
  { followFirst: 5 },
  { followFirst: 30 },
  { followFirst: 60 },
  { followMax: 60 },
  { followMax: 600 },
  { followGrid: 1 },
  { followGrid: 15 },
  { followFirst: 30, followGrid: 15 },
];

/** When FTS is looked at: requests against how late the end of a copy is known. */
export const following: Scenario = {
  name: 'following',
  play(report, size) {
    const rows = VARIANTS.map((policy) => rowOf(policy, size));
    report.table(
      ['first look, s', 'longest pause, s', 'grid, s', 'looks/file', 'requests/s at 400,000 files a day', 'transitions/job output', 'end known after, s: median', 'p95'], // prettier-ignore
      rows.map((row) => [
        ...[row.policy.followFirst, row.policy.followMax, row.policy.followGrid],
        ...[row.looks, row.requests, row.transitions, row.median, row.p95].map(rounded),
      ]),
      'The first row is as shipped:',
    );
    report.plot({
      ...{
        kind: 'lines',
        id: 'following',
        title: 'Looks at FTS: requests against how late the end of a copy is known',
      },
      x: { name: 'end known after, median, s' },
      y: { name: 'requests/s of all followers at 400,000 files a day' },
      series: rows.map((row) => ({
        name: `${row.policy.followFirst}/${row.policy.followMax}/${row.policy.followGrid}`,
        points: [[row.median, row.requests] as const],
      })),
    });
    return {
      figures: rows,
      bounds: [
        atMost('following: requests as shipped at 400,000 files a day', rows[0]?.requests ?? NaN, 10, 'a second'),
      ],
    };
  },
};

interface Row {
  policy: Pick<Policy, 'followFirst' | 'followMax' | 'followGrid'>;
  looks: number;
  requests: number;
  transitions: number;
  median: number;
  p95: number;
}

function rowOf(changed: (typeof VARIANTS)[number], { files, seed }: Setting): Row {
  const { followFirst, followMax, followGrid } = { ...DEFAULT_POLICY, ...changed };
  const { findings } = simulateDay({ files: Math.round(files / 3), filesPerDay: FILES_PER_DAY, seed, policy: changed });
  const looks = findings.looks / findings.files;
  return {
    policy: { followFirst, followMax, followGrid },
    looks,
    requests: sharedLooks((looks * FILES_PER_DAY) / 86_400, usersAt(FILES_PER_DAY), followGrid),
    transitions: findings.all.transitions / findings.jobOutputs,
    median: quantile(findings.endToKnown, 0.5),
    p95: quantile(findings.endToKnown, 0.95),
  };
}
