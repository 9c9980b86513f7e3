import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { dataConverter } from '../../src/client/data-converter.ts';
import { bundleWorkflows } from '../../src/workers/create-workers.ts';
import { NO_TELEMETRY } from '../../src/workers/telemetry/index.ts';

/** Written by scripts/record-histories.ts: `<scenario>-<workflow type>-<run>.bin`, protobuf, gzipped. */
const directory = new URL('../fixtures/histories/', import.meta.url);
const names = readdirSync(directory).filter((name) => name.endsWith('.bin'));

test('histories recorded earlier still replay: a running task survives the deployment of this code', async () => {
  const histories = names.map((name) => ({
    workflowId: name,
    history: proto.temporal.api.history.v1.History.decode(gunzipSync(readFileSync(new URL(name, directory)))),
  }));
  const types = new Set(names.map((name) => name.split('-')[1]));
  expect([...types].sort()).toEqual(['jobOutput', 'publishDataset', 'stageOut', 'transferBatch']);
  const workflowBundle = await bundleWorkflows();
  let replayed = 0;
  const replays = Worker.runReplayHistories({ workflowBundle, dataConverter, sinks: NO_TELEMETRY.sinks }, histories);
  for await (const { workflowId, error } of replays) {
    expect(error, workflowId).toBeUndefined();
    replayed += 1;
  }
  expect(replayed).toBe(names.length);
});
