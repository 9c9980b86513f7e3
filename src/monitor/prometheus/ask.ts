import { request } from 'undici';

/** Prometheus did not answer, or not as it should. */
export class PrometheusError extends Error {
  override name = 'PrometheusError';
}

/** One series of an answer: its labels and its values by epoch seconds. */
export interface PromSeries {
  labels: Readonly<Record<string, string>>;
  values: Map<number, number>;
}

const TIMEOUT_MS = 20_000;

/** Asks Prometheus's HTTP API for a query over a range; values that are no numbers are left out. */
export async function queryRange(
  baseUrl: string,
  query: string,
  { from, to, step }: { from: number; to: number; step: number },
): Promise<PromSeries[]> {
  const body = new URLSearchParams({ query, start: String(from), end: String(to), step: String(step) }).toString();
  const { data } = await ask(`${baseUrl}/api/v1/query_range`, body);
  return resultsOf(data, (series) => series['values']).map(({ labels, values }) => ({
    labels,
    values: numbersOf(values),
  }));
}

/** Asks for a query at one time: one value a series. */
export async function queryAt(baseUrl: string, query: string, at: number): Promise<PromSeries[]> {
  const { data } = await ask(`${baseUrl}/api/v1/query`, new URLSearchParams({ query, time: String(at) }).toString());
  return resultsOf(data, (series) => [series['value']]).map(({ labels, values }) => ({
    labels,
    values: numbersOf(values),
  }));
}

async function ask(url: string, body: string): Promise<{ data?: unknown }> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  let text: string;
  let status: number;
  try {
    const answer = await request(url, {
      method: 'POST',
      headers,
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    [status, text] = [answer.statusCode, await answer.body.text()];
  } catch (error) {
    throw new PrometheusError(
      `Prometheus does not answer at ${url}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    const answer = JSON.parse(text) as { status?: string; error?: string; data?: unknown };
    if (answer.status === 'success') return answer;
    throw new PrometheusError(`Prometheus refuses (HTTP ${status}): ${String(answer.error).slice(0, 300)}`);
  } catch (error) {
    if (error instanceof PrometheusError) throw error;
    throw new PrometheusError(`Prometheus answers HTTP ${status} without JSON at ${url}`);
  }
}

function resultsOf(
  data: unknown,
  valuesOf: (series: Record<string, unknown>) => unknown,
): { labels: Record<string, string>; values: unknown }[] {
  const { result } = (data ?? {}) as { result?: unknown };
  if (!Array.isArray(result)) throw new PrometheusError('Prometheus answers without a result');
  return (result as Record<string, unknown>[]).map((series) => ({
    labels: (series['metric'] ?? {}) as Record<string, string>,
    values: valuesOf(series),
  }));
}

function numbersOf(values: unknown): Map<number, number> {
  const pairs = Array.isArray(values) ? (values as [number, string][]) : [];
  return new Map(pairs.map(([at, value]): [number, number] => [Math.round(at), Number(value)]).filter(([, value]) => Number.isFinite(value))); // prettier-ignore
}
