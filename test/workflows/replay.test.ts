import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { dataConverter } from '../../src/client/data-converter.ts';
import { bundleWorkflows } from '../../src/workers/create-workers.ts';

const directory = new URL('../fixtures/histories/', import.meta.url);
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));

test('histories recorded earlier still replay: a running task survives the deployment of this code', async () => {
  const histories = names.map((name) => {
    const { workflowId, history } = JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as {
      workflowId: string;
      history: object;
    };
    return { workflowId, history: historyFromJSON(history) };
  });
  const types = new Set(names.map((name) => name.split('-')[1]));
  expect([...types].sort()).toEqual(['jobOutput', 'publishDataset', 'stageOut', 'transferBatch']);
  const workflowBundle = await bundleWorkflows();
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, dataConverter }, histories)) {
    expect(error, workflowId).toBeUndefined();
    replayed += 1;
  }
  expect(replayed).toBe(names.length);
});
