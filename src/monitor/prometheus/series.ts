import type { Filter, Happened, Series, SeriesPoint, SeriesSource } from '../store/views.ts';
import { queryAt, queryRange, type PromSeries } from './ask.ts';
import { bytesDone, filesEnded, filesPublished, filesReported, publicationLag } from './promql.ts';

/**
 * What happened over time as Prometheus has it, of all workers and for as long as it keeps it. What is in hand, and the steps of the
 * range, are those of the own samples: workers do not count files in hand.
 */
export function prometheusSeries(baseUrl: string, own: SeriesSource): SeriesSource {
  return {
    name: 'prometheus',
    async series(filter, from, to): Promise<Series> {
      const mine = await own.series(filter, from, to);
      const { step } = mine;
      const isWhole = !filter.source && !filter.destination;
      // Each value tells of the step that ends with it.
      const steps = { from: mine.from + step, to: mine.to, step };
      const ask = (query: string): Promise<PromSeries[]> => queryRange(baseUrl, query, steps);
      const [ended, bytes, reported, published, lag] = await Promise.all([
        ask(filesEnded(filter, step)),
        ask(bytesDone(filter, step)),
        isWhole ? ask(filesReported(step)) : [],
        isWhole ? ask(filesPublished(step)) : [],
        isWhole ? queryAt(baseUrl, publicationLag(mine.to - mine.from), mine.to) : [],
      ]);
      const points = mine.points.map((point): SeriesPoint => {
        const of = (series: readonly PromSeries[], state?: string): number => {
          const matching = series.filter(({ labels }) => state === undefined || labels['state'] === state);
          return Math.round(matching.reduce((sum, { values }) => sum + (values.get(point.at + step) ?? 0), 0));
        };
        return {
          ...point,
          ...{
            reported: of(reported),
            done: of(ended, 'DONE'),
            failed: of(ended, 'FAILED'),
            killed: of(ended, 'KILLED'),
          },
          ...{ doneBytes: of(bytes), failedBytes: 0 },
          published: isWhole ? of(published, 'DONE') : null,
          unpublished: isWhole ? of(published, 'FAILED') : null,
        };
      });
      return { ...mine, points, totals: totalsOf(points, isWhole), publicationLag: firstOf(lag) };
    },

    async links(filter, from, to) {
      const sites = ['source', 'destination'];
      const [ended, bytes] = await Promise.all([
        queryAt(baseUrl, filesEnded(filter, to - from, sites), to),
        queryAt(baseUrl, bytesDone(filter, to - from, sites), to),
      ]);
      const links = new Map<string, Happened & { source: string; destination: string }>();
      const linkOf = ({ labels }: PromSeries): Happened & { source: string; destination: string } => {
        const { source = '', destination = '' } = labels as Filter;
        const known = links.get(`${source} ${destination}`);
        const link = known ?? {
          source,
          destination,
          reported: 0,
          done: 0,
          failed: 0,
          killed: 0,
          doneBytes: 0,
          failedBytes: 0,
        };
        if (!known) links.set(`${source} ${destination}`, link);
        return link;
      };
      for (const series of ended) {
        const state = { DONE: 'done', FAILED: 'failed', KILLED: 'killed' }[series.labels['state'] ?? ''];
        if (state) linkOf(series)[state as 'done' | 'failed' | 'killed'] += Math.round(firstOf([series]) ?? 0);
      }
      for (const series of bytes) linkOf(series).doneBytes += Math.round(firstOf([series]) ?? 0);
      return [...links.values()].filter(isBusy).sort((a, b) => b.doneBytes - a.doneBytes);
    },
  };
}

const firstOf = ([series]: readonly PromSeries[]): number | null => series?.values.values().next().value ?? null;

const isBusy = ({ done, failed, killed, doneBytes }: Happened): boolean => done + failed + killed + doneBytes > 0;

function totalsOf(points: readonly SeriesPoint[], isWhole: boolean): Series['totals'] {
  const sum = (name: keyof SeriesPoint): number => points.reduce((total, point) => total + (point[name] ?? 0), 0);
  return {
    ...{ reported: sum('reported'), done: sum('done'), failed: sum('failed'), killed: sum('killed') },
    ...{ doneBytes: sum('doneBytes'), failedBytes: sum('failedBytes') },
    published: isWhole ? sum('published') : null,
    unpublished: isWhole ? sum('unpublished') : null,
  };
}
