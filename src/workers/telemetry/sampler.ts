import type { Metrics } from './metrics.ts';

/** Looks at something and sets gauges by it. */
export interface Sample {
  name: string;
  /** Milliseconds from one look's end to the next one's begin. */
  everyMs: number;
  take(metrics: Metrics): Promise<void>;
}

/**
 * Takes each sample at once, and again and again. One that fails is counted, and its gauges keep their value: nothing but figures hangs on it.
 * @returns ends it
 */
export function startSampling(metrics: Metrics, samples: Sample[]): { close(): Promise<void> } {
  const timers = new Map<Sample, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  function look(sample: Sample): void {
    const taking = sample
      .take(metrics)
      .catch(() => metrics.add('aso_sample_failures_total', 1, { sample: sample.name }))
      .finally(() => {
        underWay.delete(taking);
        if (!isClosed) timers.set(sample, setTimeout(look, sample.everyMs, sample).unref());
      });
    underWay.add(taking);
  }

  samples.forEach(look);
  return {
    async close() {
      isClosed = true;
      timers.forEach(clearTimeout);
      await Promise.all(underWay);
    },
  };
}
