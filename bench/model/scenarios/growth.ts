import { CMS } from '../../support/cms-figures.ts';
import { Weighted } from '../../support/weighted.ts';
import { quantile } from '../../support/quantile.ts';
import { rounded } from '../../support/report/bound.ts';
import { loadsOf, needsOf, type Needs } from '../capacity.ts';
import { costsOf } from '../costs.ts';
import type { Findings } from '../findings.ts';
import type { Scenario, Setting } from '../scenario.ts';
import { simulateDay, sitesAt, usersAt } from '../simulate.ts';
import { sharedLooks } from '../shared-looks.ts';

const FILES_PER_DAY = [400_000, 1_000_000, 4_000_000, 10_000_000];

/** From today's load to 10 million files a day: what each takes, and which part is the first that is not enough. */
export const growth: Scenario = {
  name: 'growth',
  play(report, size) {
    const grown = FILES_PER_DAY.map((filesPerDay) => grow(filesPerDay, size));
    const name = ({ filesPerDay }: Grown): string => `${filesPerDay / 1e6} M`;
    report.table(
      ['files/day', 'files per FTS job, mean', 'p50', 'p95', 'files per block, mean', 'p50', 'p95', 'reported to submitted, p95, s', 'end known, p95, s', 'most open tasks', 'batches'], // prettier-ignore
      grown.map((one) => [
        name(one),
        ...spread(one.findings.jobSizes),
        ...spread(one.findings.blockSizes),
        ...[one.findings.reportedToSubmitted, one.findings.endToKnown].map((all) => rounded(quantile(all, 0.95))),
        ...[one.findings.mostOpen.stageOut, one.findings.mostOpen.transferBatch].map((open) =>
          Math.round(open * one.scale),
        ),
      ]),
      'What files meet, at so many a day (a sample of users, each with all that is theirs):',
    );
    report.table(
      ['files/day', 'files/s', 'transitions/s', 'events/s', 'history, GB/day', 'requests/s to Temporal', 'requests/s to FTS', 'to storage', 'worker cores', 'server cores', 'database cores', 'worker processes', 'Temporal nodes', 'shards', 'copies at a time', 'FTS servers'], // prettier-ignore
      grown.map((one) => [name(one), ...needCells(one.needs)]),
      'What that takes:',
    );
    const parts = grown[0]?.loads.map(({ part }) => part) ?? [];
    report.table(
      ['part', ...grown.map(name)],
      parts.map((part) => [part, ...grown.map(({ loads }) => `${rounded((loads.find((one) => one.part === part)?.load ?? 0) * 100)} %`)]), // prettier-ignore
      'How much of each part is used; the first to break is the one with the most:',
    );
    report.plot({
      ...{ kind: 'lines', id: 'growth', title: 'Which part breaks first: share of what one of each carries' },
      x: { name: 'million files a day', log: true },
      y: { name: 'load, %', log: true },
      marks: [{ name: 'all of it', y: 100 }],
      series: parts.map((part) => ({
        name: part,
        points: grown.map(({ filesPerDay, loads }): [number, number] => [filesPerDay / 1e6, (loads.find((one) => one.part === part)?.load ?? 0) * 100]), // prettier-ignore
      })),
    });
    const lost = grown.reduce((sum, { findings }) => sum + unaccounted(findings), 0);
    return {
      figures: grown.map(({ filesPerDay, needs, loads }) => ({ filesPerDay, needs, loads })),
      bounds: [{ name: 'growth: files without an end, must be 0', found: lost, holds: lost === 0 }],
    };
  },
};

interface Grown {
  filesPerDay: number;
  /** Of the whole to what was simulated. */
  scale: number;
  findings: Findings;
  needs: Needs;
  loads: { part: string; load: number }[];
}

function grow(filesPerDay: number, { files, seed, calibration }: Setting): Grown {
  const simulated = Math.min(files, filesPerDay);
  const { findings, universe } = simulateDay({ filesPerDay, files: simulated, seed });
  const scale = filesPerDay / simulated;
  const looks = sharedLooks((findings.looks * scale) / 86_400, usersAt(filesPerDay), universe.policy.followGrid);
  const others = ((findings.ftsRequests.submit + findings.ftsRequests.cancel) * scale) / 86_400;
  const asked = { filesPerDay, copySeconds: meanCopySeconds(), ftsRequests: looks + others };
  const needs = needsOf(calibration, costsOf(calibration, findings), asked);
  const busiest = Weighted.zipf(sitesAt(filesPerDay), CMS.siteExponent).shareOf(0);
  return { filesPerDay, scale, findings, needs, loads: loadsOf(needs, busiest) };
}

/** Seconds of a copy in the mean: what is drawn for outputs of the mean size, by the means of log-normal numbers. */
function meanCopySeconds(): number {
  const { outputBytes, copy } = CMS;
  const bytes = outputBytes.median * Math.exp(outputBytes.sigma ** 2 / 2);
  const perByte = Math.exp(copy.bytesPerSecond.sigma ** 2 / 2) / copy.bytesPerSecond.median;
  return copy.overhead + bytes * perByte;
}

const unaccounted = ({ files, done, killed, failed }: Findings): number =>
  files - done - killed - [...failed.values()].reduce((a, b) => a + b, 0);

const spread = (sizes: readonly number[]): number[] => [
  rounded(sizes.reduce((a, b) => a + b, 0) / sizes.length),
  quantile(sizes, 0.5),
  quantile(sizes, 0.95),
];

const needCells = ({ cores: { worker, server, database }, ...of }: Needs): number[] =>
  [
    ...[of.filesPerSecond, of.transitions, of.events, of.historyGbPerDay, of.temporalRequests, of.ftsRequests],
    ...[of.storageRequests, worker, server, database, of.workers, of.nodes, of.shards, of.copies, of.ftsServers],
  ].map(rounded);
