import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { METRICS } from '../../src/contract/metrics.ts';
import * as promql from '../../src/monitor/prometheus/promql.ts';
import { prometheusSeries } from '../../src/monitor/prometheus/series.ts';
import type { Series, SeriesSource } from '../../src/monitor/store/views.ts';

const FROM = 1_800_000_000;
const STEP = 60;
let server: Server;
let url: string;
/** Queries as they were asked, oldest first. */
const asked: { path: string; query: string }[] = [];
let answer: ((query: string) => object[]) | 'refuse' | 'noise' = () => [];

/** As Prometheus's HTTP API answers: values are texts, `NaN` among them. */
beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const query = new URLSearchParams(body).get('query') ?? '';
      asked.push({ path: request.url ?? '', query });
      if (answer === 'noise') return response.writeHead(502).end('<html>bad gateway</html>');
      if (answer === 'refuse')
        return response
          .writeHead(400)
          .end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }));
      const resultType = request.url?.endsWith('query_range') ? 'matrix' : 'vector';
      return response.end(JSON.stringify({ status: 'success', data: { resultType, result: answer(query) } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const nothing = { reported: 0, done: 0, failed: 0, killed: 0, doneBytes: 0, failedBytes: 0 };
/** The own samples: two steps, with files in hand in the second. */
const own: SeriesSource = {
  name: 'sqlite',
  series: (_, from, to): Promise<Series> =>
    Promise.resolve({
      ...{ from, to, step: STEP, publicationLag: 9, totals: { ...nothing, done: 77, published: 0, unpublished: 0 } },
      points: [0, 1].map((n) => ({
        ...{ at: from + n * STEP, ...nothing, done: 77, published: 0, unpublished: 0 },
        ...{ active: n ? 5 : null, activeBytes: n ? 500 : null, publishing: n ? 2 : null },
      })),
    }),
  links: () => Promise.resolve([]),
};
const series = (labels: object, ...values: [number, string][]) => ({ metric: labels, values });
const value = (labels: object, ...[at, number]: [number, string]) => ({ metric: labels, value: [at, number] });

test('what happened comes from Prometheus, what is in hand from the samples', async () => {
  answer = (query) => {
    if (query.includes('aso_bytes_total')) return [series({}, [FROM + 60, '1000.2'], [FROM + 120, '2000'])];
    if (query.includes('aso_files_reported_total')) return [series({}, [FROM + 120, '8'])];
    if (query.includes('aso_publications_total')) return [series({ state: 'DONE' }, [FROM + 60, '3'])];
    if (query.includes('aso_stage_seconds')) return [value({}, FROM + 120, '4200')];
    return [
      series({ state: 'DONE' }, [FROM + 60, '2'], [FROM + 120, '6.0001']),
      series({ state: 'FAILED' }, [FROM + 120, '1'], [FROM + 60, 'NaN']),
    ];
  };
  const got = await prometheusSeries(`${url}`, own).series({}, FROM, FROM + 2 * STEP);
  expect(got.points).toMatchObject([
    { at: FROM, done: 2, failed: 0, doneBytes: 1000, published: 3, reported: 0, active: null },
    { at: FROM + STEP, done: 6, failed: 1, doneBytes: 2000, published: 0, reported: 8, active: 5, publishing: 2 },
  ]);
  expect(got.totals).toMatchObject({ done: 8, failed: 1, doneBytes: 3000, published: 3 });
  expect(got.publicationLag).toBe(4200);
});

test('links come with what happened on them, the busiest first', async () => {
  answer = (query) =>
    query.includes('aso_bytes_total')
      ? [value({ source: 'T2_A', destination: 'T2_B' }, FROM, '10'), value({ source: 'T2_C', destination: 'T2_B' }, FROM, '99')]
      : [value({ state: 'DONE', source: 'T2_A', destination: 'T2_B' }, FROM, '4'), value({ state: 'KILLED', source: 'T2_D', destination: 'T2_B' }, FROM, '0')]; // prettier-ignore
  const links = await prometheusSeries(url, own).links({ destination: 'T2_B' }, FROM, FROM + 3600);
  expect(links).toMatchObject([
    { source: 'T2_C', done: 0, doneBytes: 99 },
    { source: 'T2_A', done: 4, doneBytes: 10 },
  ]);
  expect(asked.at(-1)?.query).toContain('[3600s]');
  expect(asked.at(-1)?.query).toContain('destination="T2_B"');
});

test('names that were made to break out of a query do not', () => {
  expect(promql.bytesDone({ source: 'a"} or up{x="\\' }, 60)).toContain('source="a\\"} or up{x=\\"\\\\"');
});

test('only metrics and labels that exist are asked for', () => {
  const queries = [
    promql.filesEnded({ source: 'a', destination: 'b' }, 60, ['source', 'destination']),
    promql.bytesDone({ source: 'a', destination: 'b' }, 60, ['source', 'destination']),
    ...[promql.filesReported(60), promql.filesPublished(60), promql.publicationLag(60)],
  ];
  for (const query of queries)
    for (const [, name = '', labels = ''] of query.matchAll(/\b(aso_\w+?)(?:_sum|_count)?(?:\{(.*?)\})?\[/g)) {
      expect(Object.keys(METRICS)).toContain(name);
      const known: readonly string[] = METRICS[name as keyof typeof METRICS].labels;
      for (const [, label = ''] of labels.matchAll(/(\w+)=~?"/g)) expect(known, query).toContain(label);
    }
});

test.each([
  ['refuse', /Prometheus refuses \(HTTP 400\): parse error/],
  ['noise', /Prometheus answers HTTP 502 without JSON/],
] as const)('says so where Prometheus answers with %s', async (how, message) => {
  answer = how;
  await expect(prometheusSeries(url, own).series({}, FROM, FROM + 120)).rejects.toThrow(message);
  await expect(prometheusSeries('http://127.0.0.1:1', own).links({}, FROM, FROM + 120)).rejects.toThrow(
    /does not answer at/,
  );
});
