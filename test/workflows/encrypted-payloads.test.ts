import { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startJobOutput, taskStatus } from '../../src/client/index.ts';
import { configuredDataConverter, dataConverter } from '../../src/client/data-converter.ts';
import { everythingTemporalKeeps } from '../support/histories.ts';
import { keyLines, privateFile } from '../support/payload-keys.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig({ settings: { ASO_PAYLOAD_KEYS: privateFile(keyLines('k1')) } });

test('a task runs on encrypted payloads: Temporal keeps no LFN and no reason in clear, in failures of activities neither', async () => {
  const task = new TestTask(world, rig);
  const outage = 'HTTP 500';
  // Whom FTS takes us for is asked by an activity, whose failure Temporal shows while it is tried again.
  world.fts.server.faults.add({
    method: 'GET',
    path: '^/whoami',
    times: 2,
    action: 'answer',
    status: 500,
    body: outage,
  });
  world.fts.transferFaults.add({
    url: `${task.mark}.*out0_1`,
    outcome: { fail: 'DESTINATION [1] HTTP 403 : no right of way' },
  });
  const report = await task.job({ publish: false });
  const handle = await startJobOutput(rig.client, task.name, report);
  const { files } = await handle.result();
  expect(files).toMatchObject([{ transfer: 'FAILED', reasons: [expect.stringContaining('no right of way')] }]);
  expect((await taskStatus(rig.client, task.name)).failures).toMatchObject([{ class: 'permission' }]);

  const secrets = [theFile(report).destinationLfn, 'no right of way', outage];
  const withKey = await everythingTemporalKeeps(rig.client);
  expect(secrets.filter((secret) => !withKey.includes(secret))).toEqual([]);
  const { connection, options } = rig.client;
  const withoutKey = await everythingTemporalKeeps(
    new Client({ connection, namespace: options.namespace, dataConverter }),
  );
  expect(secrets.filter((secret) => withoutKey.includes(secret))).toEqual([]);
  expect(withoutKey.includes('Encoded failure')).toBe(true);
});

test('who has no key is told so', async () => {
  const { connection, options } = rig.client;
  const keys = privateFile(keyLines('k2'));
  const other = new Client({
    connection,
    namespace: options.namespace,
    dataConverter: configuredDataConverter({ payloadKeys: keys }),
  });
  const task = new TestTask(world, rig);
  await task.add(await task.job({ publish: false }));
  await expect(taskStatus(other, task.name)).rejects.toThrow(/encrypted with key "k/);
});
