import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';
import { Worker, type ReplayHistoriesIterable } from '@temporalio/worker';
import { dataConverter } from '../../client/data-converter.ts';
import { checkAll, type Check } from '../../demo/verification.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { logNoReplay } from '../../workers/replay-open-runs.ts';
import { NO_TELEMETRY } from '../../workers/telemetry/index.ts';

/** Replays every run that there was, those that were reset included, and keeps their histories in a folder, in the format of those that tests replay. */
export async function checkHistories(client: Client, folder: string): Promise<Check[]> {
  logNoReplay();
  const replayed: { name: string; error: Error | undefined }[] = [];
  const options = { workflowBundle: await bundleWorkflows(), dataConverter, sinks: NO_TELEMETRY.sinks };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(options, histories(client, folder)))
    replayed.push({ name: `${workflowId} ${runId}`, error });
  return [
    await checkAll('runs of workflows, each history replays', replayed, ({ name, error }) =>
      error ? `${name}: ${error.message.split('\n')[0]}` : null,
    ),
  ];
}

async function* histories(client: Client, folder: string): ReplayHistoriesIterable {
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const file = `${workflowId.replaceAll(/[^\w-]+/g, '_')}.${runId}.bin`;
    await writeFile(join(folder, file), gzipSync(protos.temporal.api.history.v1.History.encode(history).finish()));
    yield { workflowId, history };
  }
}
