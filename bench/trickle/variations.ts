import type { Ending } from '../../src/demo/interrupt.ts';
import type { TemporalOptions } from '../../src/servers/temporal-server.ts';
import type { Report } from '../support/report/report.ts';
import { allCpuPerJob, cpuPerJob } from './costs.ts';
import { measureTrickle, PRODUCTION, type Cpu, type TrickleFigures, type TrickleOptions } from './measure.ts';

/** Something of Temporal's server or of the worker that is set otherwise than shipped. */
interface Variation {
  name: string;
  settings?: TemporalOptions;
  environment?: Readonly<Record<string, string>>;
}

const dynamic = (settings: object): TemporalOptions => ({
  dynamicConfig: { ...PRODUCTION.dynamicConfig, ...settings },
});

/** By the word of the command line. */
export const VARIATIONS = {
  nothing: { name: 'nothing: by so much do two of the same differ' },
  exact: { name: "timers that are not late, as our tests' servers have them", settings: { dynamicConfig: {} } },
  pq: { name: 'lib/pq between server and PostgreSQL', settings: { ...PRODUCTION, sqlPlugin: 'postgres12' } },
  partitions: {
    name: 'one partition per task queue',
    settings: dynamic({ 'matching.numTaskqueueReadPartitions': 1, 'matching.numTaskqueueWritePartitions': 1 }),
  },
  events: {
    name: 'events kept for all shards together',
    settings: dynamic({ 'history.enableHostLevelEventsCache': true }),
  },
  cache: { name: 'a cache of 40 workflows', environment: { ASO_WORKER_CACHED_WORKFLOWS: '40' } },
} as const satisfies Readonly<Record<string, Variation>>;
export type VariationName = keyof typeof VARIATIONS;

export interface VariationFigures {
  variation: VariationName;
  shipped: TrickleFigures;
  varied: TrickleFigures;
}

/**
 * Lone job outputs as shipped, and at the same time, on a server and a worker of their own, with something set otherwise: half the rate for
 * each, so that whatever the machine does meanwhile it does to both.
 */
export async function measureVariation(
  ending: Ending,
  variation: VariationName,
  options: TrickleOptions,
): Promise<VariationFigures> {
  const half = { ...options, perSecond: options.perSecond / 2 };
  const [shipped, varied] = await Promise.all([
    measureTrickle(ending, half),
    measureTrickle(ending, { ...half, ...VARIATIONS[variation] }),
  ]);
  return { variation, shipped, varied };
}

/** A table of what each variation does to the CPU and the transitions of a job output. */
export function tellVariations(report: Report, all: readonly VariationFigures[]): void {
  const times = (as: number | null, than: number | null): string =>
    as === null || than === null ? '–' : (as / than).toFixed(2);
  report.table(
    ['set otherwise', 'transitions', 'CPU: worker', 'server', 'database', 'all'],
    all.map(({ variation, shipped, varied }) => {
      const part = (name: keyof Cpu): string => times(cpuPerJob(varied)[name], cpuPerJob(shipped)[name]);
      const transitions = ({ all, jobs }: TrickleFigures): number => all.transitions / jobs;
      return [
        ...[VARIATIONS[variation].name, times(transitions(varied), transitions(shipped))],
        ...[part('worker'), part('server'), part('database'), times(allCpuPerJob(varied), allCpuPerJob(shipped))],
      ];
    }),
    'With something set otherwise, as times of what is shipped, which was measured in the same minutes:',
  );
}
