import { condition } from '@temporalio/workflow';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import { hasForPublisher, takeForPublication, takeForWithdrawal } from '../domain/batch/reporting.ts';
import { taskActivities } from './activities.ts';
import { vomsOf } from '../domain/credential.ts';
import type { AttemptContext } from './transfer-attempts.ts';

/**
 * Hands files whose jobs are complete to the publisher of their dataset, which answers with an order `published`; and asks it to give back
 * what a newer generation has superseded meanwhile.
 */
export async function runHandOvers({ input, state, clock, stopping }: AttemptContext): Promise<void> {
  const ofTask = { task: input.task, ...vomsOf(input), policy: input.policy };
  while (!stopping()) {
    await condition(() => stopping() || hasForPublisher(state));
    for (const [dataset, files] of byDataset(takeForPublication(state))) {
      const publishable = files.map(({ key, record }) => {
        const { destinationLfn: lfn, size, adler32, destination: site } = record;
        return { key, batch: input.batch, lfn, size, adler32, site };
      });
      await clock.after(
        taskActivities.handToPublisher.executeWithOptions({ summary: `${files.length} files to be published` }, [
          { ...ofTask, dataset, files: publishable },
        ]),
      );
    }
    for (const [dataset, files] of byDataset(takeForWithdrawal(state))) {
      const withdraw = files.map(({ key }) => key);
      await clock.after(
        taskActivities.handToPublisher.executeWithOptions({ summary: `${files.length} files asked back` }, [
          { ...ofTask, dataset, files: [], withdraw },
        ]),
      );
    }
  }
}

function byDataset(files: BatchFile[]): Map<string, BatchFile[]> {
  const groups = new Map<string, BatchFile[]>();
  for (const file of files) {
    const dataset = file.record.dataset ?? '';
    groups.set(dataset, [...(groups.get(dataset) ?? []), file]);
  }
  return groups;
}
