import { rounded } from '../support/report/bound.ts';
import type { Cell } from '../support/report/markdown-table.ts';
import type { Plot } from '../support/report/plot.ts';
import type { Report } from '../support/report/report.ts';
import { CRAB_TRICKLE_REQUESTS, PEERS_FAULTS, PEERS_LATENCY, PEERS_LOAD } from './figures.ts';
import type { FaultFigures } from './faults.ts';
import type { KillFigures } from './kill.ts';
import type { LoadFigures } from './load.ts';
import type { RefusedFigures } from './refused.ts';

export type LoadResults = Record<'burst' | 'burstShipped' | 'trickle' | 'trickleShipped', LoadFigures>;

export interface FaultResults {
  submitting: FaultFigures;
  following: FaultFigures;
  storeKilled: FaultFigures;
  refusals: FaultFigures;
  kill: KillFigures;
  refused: RefusedFigures;
}

/** Time, CPU and requests of a burst, ours and theirs; then of files that trickle in. */
export function reportLoads(report: Report, { burst, burstShipped, trickle, trickleShipped }: LoadResults): void {
  const rows = (ours: LoadFigures[]): Record<keyof typeof PEERS_LOAD | 'files', Cell[]> => ({
    files: ours.map(({ files }) => files),
    allFinalAfter: ours.map(({ allFinalAfter }) => digits(allFinalAfter, 1)),
    cpu: ours.map(({ workerCpu }) => digits(workerCpu, 1)),
    storeCpu: ours.map(({ serverCpu }) => digits(serverCpu, 1)),
    requests: ours.map(({ ftsRequestsPerFile }) => digits(ftsRequestsPerFile, 3)),
    latency: ours.map(({ submittedAfter: { median, p95 } }) => `${digits(median, 1)} / ${digits(p95, 1)}`),
  });
  const bursts = rows([burst, burstShipped]);
  const trickles = rows([trickle, trickleShipped]);
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[];
  report.table(
    ['burst', 'tuned', 'as shipped', ...PEERS],
    names.map((name) => [NAMES[name], ...bursts[name], ...(name === 'files' ? THEIR_FILES : PEERS_LOAD[name])]),
  );
  report.table(
    ['trickle', 'tuned', 'as shipped', 'CRAB, no pause'],
    names.map((name) => [NAMES[name], ...trickles[name], name === 'requests' ? CRAB_TRICKLE_REQUESTS : '']),
  );
}

/** How long files of a burst wait until FTS has them, ours and theirs. */
export const latencyPlot = ({ burst, burstShipped }: LoadResults): Plot => ({
  kind: 'bars',
  title: 'A burst of files: from reported to submitted',
  x: { name: '', categories: ['ours, tuned', 'ours, as shipped', ...PEERS] },
  y: { name: 's', log: true },
  series: (['median', 'p95'] as const).map((name) => ({
    name,
    values: [
      ...[burst, burstShipped].map(({ submittedAfter }) => rounded(submittedAfter[name])),
      ...PEERS_LATENCY[name],
    ],
  })),
});

const PEERS = ['CRAB, no pause', 'CRAB, 300 s pause, 5.6 files/s', 'Rucio, tuned', 'Rucio, as shipped'];
const THEIR_FILES = PEERS.map(() => 5_000);
const NAMES = {
  files: 'files',
  allFinalAfter: 'all final after, s',
  cpu: 'CPU s per 1,000 files',
  storeCpu: 'and of the state store',
  requests: 'FTS requests per file',
  latency: 'reported to submitted, median / p95, s',
};

/** What faults did. */
export function reportFaults(report: Report, faults: FaultResults): void {
  const { submitting, following, storeKilled, refusals, kill, refused } = faults;
  const fate = ({ files, sentTwice, unfinished }: FaultFigures): string =>
    `of ${files} files ${sentTwice} sent twice, ${unfinished} unfinished`;
  const { jobs, deleteRequests, lastDeleteAfter, tooLate, overwritten } = kill;
  const killed =
    `${deleteRequests} DELETE for ${jobs} jobs, ${digits(lastDeleteAfter, 1)} s, ` +
    `too late for ${tooLate} of ${kill.files} files; ${overwritten} KILLs overwritten`;
  const { crab, rucio } = PEERS_FAULTS;
  report.table(
    ['fault', 'ours', 'CRAB', 'Rucio'],
    [
      ['worker killed 3 times while submitting', fate(submitting), crab.submitting, rucio.submitting],
      ['worker killed 3 times while following', fate(following), crab.following, '–'],
      ['state store killed 3 times (CRAB: 3 × HTTP 500)', fate(storeKilled), crab.stateStore, '–'],
      ['3 × HTTP 500 from FTS as files end', fate(refusals), '–', '–'],
      ['kill of a task', killed, crab.kill, rucio.kill],
      [
        'permanent failure (403)',
        `submitted ${times(refused.submissions)}, tried by FTS ${times(refused.ftsAttempts)}`,
        crab.refused,
        rucio.refused,
      ],
    ],
  );
}

const digits = (value: number | null, places: number): string => value?.toFixed(places) ?? '–';
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
