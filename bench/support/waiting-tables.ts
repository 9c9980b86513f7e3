import { rounded } from './report/bound.ts';
import type { Cell } from './report/markdown-table.ts';
import type { Report } from './report/report.ts';
import { LOOK_EVERY, type Way } from './waiting.ts';

/** Seconds of CPU of each process. */
export interface Cpu {
  server: number;
  worker: number;
  crab: number;
}

/** What so many callers that wait in one way came to. */
export interface WaitFigures {
  way: Way;
  callers: number;
  seconds: number;
  /** To Temporal, those that it refused for want of room included. */
  requests: number;
  refused: number;
  crabRequests: number;
  /** Beyond that of idling. */
  cpu: Cpu;
  /** Waits that failed, by message. */
  errors: Record<string, number>;
  /** Callers that heard of the end, and milliseconds until they did. */
  heard?: number;
  p50?: number;
  p99?: number;
}

/** What is extrapolated to: so many callers, that look so often (seconds). */
const MANY = 10_000;
const PRODUCTION_EVERY: Readonly<Record<Exclude<Way, 'result'>, number>> = {
  ...{ look: 60, query: 60, together: 15, crab: 60 },
};

/** A way in words, with how often it looks. */
export function wayName(way: Way, every: Readonly<Record<Exclude<Way, 'result'>, number>> = LOOK_EVERY): string {
  switch (way) {
    case 'result':
      return 'long poll of the result';
    case 'look':
      return `look every ${every.look} s`;
    case 'query':
      return `query every ${every.query} s`;
    case 'together':
      return `one for all, every ${every.together} s`;
    case 'crab':
      return `look at CRAB's row every ${every.crab} s`;
  }
}

/** Tells what was measured, and what it comes to with many callers. */
export function reportWaits(report: Report, figures: readonly WaitFigures[]): void {
  report.table(
    [
      ...['callers', 'way', 'requests to Temporal', 'of these refused', 'requests to CRAB'],
      ...['server, ms of CPU', 'worker, ms of CPU', "CRAB's simulator, ms of CPU", 'heard of the end', 'p50', 'p99'],
    ],
    figures.map(rowOf),
    'Per waiting caller and minute, the CPU beyond that of idling:',
  );
  for (const { callers: count, way, errors } of figures)
    if (Object.keys(errors).length > 0)
      report.text(`${count} callers, ${wayName(way)}: failed: ${JSON.stringify(errors)}`);
  report.table(
    [
      ...['way', 'requests/s to Temporal', 'requests/s to CRAB'],
      ...['server, CPU cores', 'worker, CPU cores', "CRAB's simulator, CPU cores"],
    ],
    figures.map(extrapolate),
    `EXTRAPOLATED to ${MANY} callers that look as often as in production (not measured):`,
  );
  const perMinute = (of: WaitFigures, seconds: number): number =>
    rounded((Math.max(0, seconds) / of.callers / of.seconds) * 60_000);
  report.plot({
    kind: 'bars',
    title: 'What one caller that waits costs',
    stacked: true,
    x: { name: 'how it waits', categories: figures.map(({ way }) => wayName(way)) },
    y: { name: 'ms of CPU per caller and minute' },
    series: (['server', 'worker', 'crab'] as const).map((name) => ({
      name: name === 'crab' ? "CRAB's simulator" : name,
      values: figures.map((of) => perMinute(of, of.cpu[name])),
    })),
  });
}

function rowOf(of: WaitFigures): Cell[] {
  const { callers, way, cpu, requests, refused, crabRequests, seconds, heard, p50, p99 } = of;
  const perMinute = (value: number): number => (value / callers / seconds) * 60;
  const milliseconds = [cpu.server, cpu.worker, cpu.crab].map((used) => (perMinute(used) * 1000).toFixed(1));
  const counts = [requests, refused, crabRequests].map((count) => perMinute(count).toFixed(2));
  const known = heard === undefined ? ['', '', ''] : [heard, `${p50} ms`, `${p99} ms`];
  return [callers, wayName(way), ...counts, ...milliseconds, ...known];
}

/** The same cost per caller, or per request where a way looks less often in production. For `together` the list grows with the jobs. */
function extrapolate({ way, callers, seconds, requests, crabRequests, cpu }: WaitFigures): Cell[] {
  const often = way === 'result' ? 1 : LOOK_EVERY[way] / PRODUCTION_EVERY[way];
  // What is less than idling varies by counts as nothing.
  const rate = (value: number): string => ((Math.max(0, value) / seconds) * (MANY / callers) * often).toFixed(2);
  return [wayName(way, PRODUCTION_EVERY), ...[requests, crabRequests, cpu.server, cpu.worker, cpu.crab].map(rate)];
}
