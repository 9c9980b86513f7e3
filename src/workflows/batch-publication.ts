import { condition } from '@temporalio/workflow';
import type { HandOver } from '../activities/task.types.ts';
import { publishDatasetId } from '../contract/ids.ts';
import type { TransferBatchInput } from '../contract/internal-messages.ts';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import { hasForPublisher, takeForPublication, takeForWithdrawal } from '../domain/batch/reporting.ts';
import type { PublishableFile } from '../domain/orders.ts';
import { taskActivities } from './activities.ts';
import { vomsOf } from '../domain/credential.ts';
import { datasetOrderSignal, tell } from './signals.ts';
import type { AttemptContext } from './transfer-attempts.ts';

/**
 * Hands files whose jobs are complete to the publisher of their dataset, which answers with an order `published`; and asks it to give back
 * what a newer generation has superseded meanwhile.
 */
export async function runHandOvers(context: AttemptContext): Promise<void> {
  const { input, state, clock, stopping } = context;
  const publishable = ({ key, record }: BatchFile): PublishableFile => {
    const { destinationLfn: lfn, size, adler32, destination: site } = record;
    return { key, batch: input.batch, lfn, size, adler32, site };
  };
  while (!stopping()) {
    await condition(() => stopping() || hasForPublisher(state));
    for (const [dataset, files] of byDataset(takeForPublication(state)))
      await handOver(context, dataset, files.map(publishable));
    for (const [dataset, files] of byDataset(takeForWithdrawal(state))) {
      const withdraw = files.map(({ key }) => key);
      await clock.after(
        taskActivities.handToPublisher.executeWithOptions({ summary: `${files.length} files asked back` }, [
          { ...ofTask(input), dataset, files: [], withdraw, ...(state.finished && { finish: true as const }) },
        ]),
      );
    }
  }
}

/** By a signal where the publisher runs, which is cheaper than the activity that starts it. */
async function handOver(context: AttemptContext, dataset: string, files: PublishableFile[]): Promise<void> {
  const { input, state, clock } = context;
  const publisher = publishDatasetId(input.task, dataset);
  // Of a task that has ended publishers have ended, too, and nobody would end another one.
  const last = state.finished ? { now: { files: files.length }, finish: true as const } : null;
  if (!last && input.publishing && (await tell(publisher, datasetOrderSignal, { kind: 'add', files }))) return;
  await clock.after(
    taskActivities.handToPublisher.executeWithOptions({ summary: `${files.length} files to be published` }, [
      { ...ofTask(input), dataset, files, ...last },
    ]),
  );
}

const ofTask = (input: TransferBatchInput): Pick<HandOver, 'task' | 'group' | 'role' | 'policy'> => ({
  ...{ task: input.task, policy: input.policy },
  ...vomsOf(input),
});

function byDataset(files: BatchFile[]): Map<string, BatchFile[]> {
  const groups = new Map<string, BatchFile[]>();
  for (const file of files) {
    const dataset = file.record.dataset ?? '';
    groups.set(dataset, [...(groups.get(dataset) ?? []), file]);
  }
  return groups;
}
