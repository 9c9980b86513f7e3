import { condition } from '@temporalio/workflow';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import { hasForPublication, takeForPublication } from '../domain/batch/reporting.ts';
import { taskActivities } from './activities.ts';
import type { AttemptContext } from './transfer-attempts.ts';

/** Hands files whose jobs are complete to the publisher of their dataset, which answers with an order `published`. */
export async function runHandOvers({ input, state, stopping }: AttemptContext): Promise<void> {
  while (!stopping()) {
    await condition(() => stopping() || hasForPublication(state));
    const byDataset = new Map<string, BatchFile[]>();
    for (const file of takeForPublication(state)) {
      const dataset = file.record.dataset ?? '';
      byDataset.set(dataset, [...(byDataset.get(dataset) ?? []), file]);
    }
    for (const [dataset, files] of byDataset) {
      await taskActivities.handToPublisher({
        task: input.task,
        dataset,
        policy: input.policy,
        files: files.map(({ key, record }) => ({
          key,
          batch: input.batch,
          lfn: record.destinationLfn,
          size: record.size,
          adler32: record.adler32,
          site: record.destination,
        })),
      });
    }
  }
}
