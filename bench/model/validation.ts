import { seededRandom } from '../../src/demo/random.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { quantile } from '../support/quantile.ts';
import { DESTINATIONS, SOURCES } from '../support/sites.ts';
import type { CmsJob } from '../support/cms-load.ts';
import { CALIBRATION } from './calibration.ts';
import type { Findings } from './findings.ts';
import type { FtsOptions } from './fts-model.ts';
import { playTask, type PlayedTask } from './load.ts';
import { BEGIN, Universe } from './universe.ts';

/** What a bench has measured, and what the model says of the same load. */
export interface Comparison {
  what: string;
  unit: string;
  measured: number;
  modelled: number;
  /** Share of the measured value that the two may differ by. Looks share fewer requests than they could where a busy machine is late with them. */
  tolerance: number;
}

/** Plays what the benches play, with their policies, and compares what comes out. */
export function compareWithMeasurements(): Comparison[] {
  return [...compareHistories(), ...compareFollowing(), ...compareLatencies()];
}

interface Load {
  tasks?: number;
  jobs: number;
  outputs: number;
  sources: readonly string[];
  destinations: readonly string[];
  perSecond: number;
  publish: boolean;
}

/** Copies of a bench end well, always. */
function play(load: Load, policy: Partial<Policy>, fts: FtsOptions): Findings {
  const universe = new Universe({ seed: 1, policy, fts: { outcomeOf: () => null, ...fts } });
  const { tasks = 1, jobs, outputs, sources, destinations, perSecond, publish } = load;
  for (let task = 0; task < tasks; task += 1)
    for (const [at, destination] of destinations.entries()) {
      // A task of the benches has several destinations; here it is as many tasks of the same user, one each.
      const mine = Array.from({ length: jobs }, (_, job) => job).filter((job) => Math.floor(job / sources.length) % destinations.length === at); // prettier-ignore
      const played: PlayedTask = {
        ...{ label: `v${task}x${at}`, user: 'alice', destination, publish },
        jobs: mine.map((job): CmsJob => ({
          ...{ jobId: String(job + 1), at: job / perSecond, source: sources[job % sources.length] as string },
          files: Array.from({ length: outputs }, () => ({ type: 'output' as const, bytes: 1000 })),
        })),
      };
      playTask(universe, played);
    }
  universe.queue.runUntil(BEGIN + 48 * 3600 * 1000);
  return universe.findings;
}

function compareHistories(): Comparison[] {
  const { history } = CALIBRATION;
  const pace = { batchWindow: 5, followFirst: 1.5, followMax: 30, followGrid: 0.5 };
  const sources = SOURCES.slice(0, 4);
  const load = { outputs: 2, sources, destinations: ['T2_CH_CERN'], publish: true };
  const fts = { secondsOf: () => 0.1 };
  const burst = play({ ...load, jobs: history.burst.jobs, perSecond: 150 }, pace, fts);
  const trickle = play({ ...load, jobs: history.trickle.jobs, perSecond: 2 }, { ...pace, maxFilesPerFtsJob: 2 }, fts);
  return [
    { name: 'burst', found: burst, measured: history.burst, tolerance: 0.35 },
    { name: 'trickle', found: trickle, measured: history.trickle, tolerance: 0.15 },
  ].flatMap(({ name, found, measured, tolerance }): Comparison[] => {
    const { jobOutputs, all, allFtsRequests } = found;
    const each = (count: number): number => count / jobOutputs;
    return [
      { what: `${name}: state transitions`, unit: 'a job output', measured: measured.transitions, modelled: each(all.transitions), tolerance }, // prettier-ignore
      { what: `${name}: events`, unit: 'a job output', measured: measured.events, modelled: each(all.events), tolerance }, // prettier-ignore
      { what: `${name}: FTS requests`, unit: 'a job output', measured: measured.ftsRequests, modelled: each(allFtsRequests), tolerance: 0.5 }, // prettier-ignore
    ];
  });
}

function compareFollowing(): Comparison[] {
  const policy = { batchWindow: 6, followFirst: 1.5, followMax: 30, followGrid: 0.5 };
  return CALIBRATION.following.runs.flatMap(({ filesPerJob, destinations, looks, submissions }): Comparison[] => {
    const load = { tasks: 2, jobs: 400, outputs: 1, perSecond: 300, publish: false };
    const sites = { sources: SOURCES, destinations: DESTINATIONS.slice(0, destinations) };
    const secondsOf = ({ key }: { key: string }): number => 2 + (parseInt(key.slice(0, 6), 16) % 10);
    const found = play({ ...load, ...sites }, { ...policy, maxFilesPerFtsJob: filesPerJob }, { secondsOf, activePerLink: 10 }); // prettier-ignore
    const per1000 = (count: number): number => (count / found.files) * 1000;
    const name = `followed, at most ${filesPerJob} files a job`;
    return [
      { what: `${name}: looks`, unit: 'requests per 1,000 files', measured: looks, modelled: per1000(found.ftsRequests.look), tolerance: 0.45 }, // prettier-ignore
      { what: `${name}: submissions`, unit: 'requests per 1,000 files', measured: submissions, modelled: per1000(found.ftsRequests.submit), tolerance: 0.1 }, // prettier-ignore
    ];
  });
}

function compareLatencies(): Comparison[] {
  const random = seededRandom(7);
  return CALIBRATION.latency.runs.flatMap(({ minutes, median, p95 }): Comparison[] => {
    const secondsOf = (): number => minutes * 60 * (0.75 + random() / 2);
    const load = { jobs: 400, outputs: 1, perSecond: 0.7, publish: false };
    const sites = { sources: SOURCES, destinations: ['T2_CH_CERN'] };
    const found = play({ ...load, ...sites }, { maxFilesPerFtsJob: 1, batchWindow: 0, maxActiveFtsJobs: 1000 }, { secondsOf }); // prettier-ignore
    const name = `copies of ${minutes} min: end known`;
    return [
      {
        what: `${name}, median`,
        unit: 's',
        measured: median,
        modelled: quantile(found.endToKnown, 0.5),
        tolerance: 0.35,
      },
      { what: `${name}, p95`, unit: 's', measured: p95, modelled: quantile(found.endToKnown, 0.95), tolerance: 0.35 },
    ];
  });
}
