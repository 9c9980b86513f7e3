import { quantile } from '../../support/quantile.ts';
import { rounded } from '../../support/report/bound.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import type { Scenario, Setting } from '../scenario.ts';
import { simulateDay } from '../simulate.ts';

const TIMEOUTS = [900, 3600, 18_800, 86_400];

/** How long a block waits to be full: blocks, and how late files are in DBS. */
export const publication: Scenario = {
  name: 'publication',
  play(report, size) {
    const rows = TIMEOUTS.map((timeout) => rowOf(timeout, size));
    report.table(
      ['blockTimeout, s', 'blocks/h at 400,000 files a day', 'files/block, mean', 'p50', 'p95', 'in DBS after, min: median', 'p95', 'most open batches'], // prettier-ignore
      rows.map((row) => [
        ...[row.blockTimeout, rounded(row.blocksPerHour), rounded(row.mean), row.p50, row.p95],
        ...[rounded(row.median / 60), rounded(row.late / 60), rounded(row.openBatches)],
      ]),
      `Shipped is ${DEFAULT_POLICY.blockTimeout} s:`,
    );
    report.plot({
      ...{ kind: 'lines', id: 'publication', title: 'Blocks and how late files are in DBS, by blockTimeout' },
      x: { name: 'blockTimeout, s', log: true },
      y: { name: 'see legend', log: true },
      series: [
        { name: 'blocks an hour', points: rows.map((row) => [row.blockTimeout, row.blocksPerHour] as const) },
        { name: 'files per block', points: rows.map((row) => [row.blockTimeout, row.mean] as const) },
        { name: 'in DBS after, p95, min', points: rows.map((row) => [row.blockTimeout, row.late / 60] as const) },
      ],
    });
    return { figures: rows, bounds: [] };
  },
};

interface Row {
  blockTimeout: number;
  blocksPerHour: number;
  mean: number;
  p50: number;
  p95: number;
  median: number;
  late: number;
  openBatches: number;
}

function rowOf(blockTimeout: number, { files, seed }: Setting): Row {
  const simulated = Math.round(files / 3);
  const { findings } = simulateDay({ files: simulated, filesPerDay: 400_000, seed, policy: { blockTimeout } });
  const { blockSizes, published, reportedToPublished, mostOpen } = findings;
  const scale = 400_000 / simulated;
  return {
    blockTimeout,
    blocksPerHour: (blockSizes.length * scale) / 24,
    mean: published / blockSizes.length,
    ...{ p50: quantile(blockSizes, 0.5), p95: quantile(blockSizes, 0.95) },
    ...{ median: quantile(reportedToPublished, 0.5), late: quantile(reportedToPublished, 0.95) },
    openBatches: mostOpen.transferBatch * scale,
  };
}
