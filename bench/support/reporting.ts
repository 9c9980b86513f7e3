import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { reportJob } from '../../src/client/index.ts';
import { patiently } from '../../src/demo/patiently.ts';
import type { JobReport } from '../../src/domain/file.ts';

export interface ReportingOptions {
  /** Signals on their way at a time. @default 16, what one client process manages on loopback */
  inFlight?: number;
  /** Jobs a second. @default as fast as one client can */
  perSecond?: number;
  /** Called with each job just before it is reported. */
  reporting?: (job: JobReport) => void;
  /** Until it is aborted, what Temporal does not take is sent again. @default never: the first failure is thrown */
  signal?: AbortSignal;
}

/** Reports jobs, one signal each. @param task of all of them, or of each */
export async function reportAll(
  client: Client,
  task: string | ((job: JobReport) => string),
  jobs: readonly JobReport[],
  { inFlight = 16, perSecond = Infinity, reporting, signal = AbortSignal.abort() }: ReportingOptions = {},
): Promise<void> {
  const start = performance.now();
  let next = 0;
  const reportNext = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) {
      const job = jobs[at]!;
      const early = start + (at / perSecond) * 1000 - performance.now();
      if (early > 0) await sleep(early);
      reporting?.(job);
      await patiently(signal, () => reportJob(client, typeof task === 'string' ? task : task(job), job));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, reportNext));
}
