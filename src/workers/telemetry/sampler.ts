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
 * @returns ends it; waits for no look under way, which may be at a server that is gone
 */
export function startSampling(metrics: Metrics, samples: Sample[]): { close(): void } {
  const timers = new Map<Sample, NodeJS.Timeout>();
  let isClosed = false;

  function look(sample: Sample): void {
    void sample
      .take(metrics)
      .catch(() => metrics.add('aso_sample_failures_total', 1, { sample: sample.name }))
      .finally(() => {
        if (!isClosed) timers.set(sample, setTimeout(look, sample.everyMs, sample).unref());
      });
  }

  samples.forEach(look);
  return {
    close() {
      isClosed = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
