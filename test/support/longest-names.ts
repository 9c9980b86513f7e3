import { expect } from 'vitest';
import { addFiles, closeTask, startJobOutput } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { Rig } from './rig.ts';
import { makeJob, PSET_HASH, type World } from './world.ts';

/** PostgreSQL keeps ids and keyword attributes of up to 255 characters. */
const LIMIT = 255;

/** Stages out and publishes a task and a dataset with the longest names, and looks at every id and attribute that came of it. */
export async function stageOutLongestNames(world: World, rig: Rig): Promise<void> {
  const task = `261122_100000:alice_crab_${'n'.repeat(232 - 25)}`;
  expect(task).toHaveLength(232);
  const processed = `alice-${'t'.repeat(199 - 7 - PSET_HASH.length)}-${PSET_HASH}`;
  const dataset = `/${'P'.repeat(99)}/${processed}/USER`;
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const inBulk = await makeJob(world, { task, jobId: '99999', area: 'GenericTTbar/tag/0000', dataset });
  const awaited = await makeJob(world, {
    task,
    jobId: '1234567-12',
    retry: 9999,
    area: 'GenericTTbar/tag/0000',
    dataset,
  });

  await addFiles(rig.client, task, [inBulk]);
  const handle = await startJobOutput(rig.client, task, awaited);
  await closeTask(rig.client, task);
  await rig.client.workflow.getHandle(stageOutId(task)).result();

  expect((await handle.result()).files.map(({ transfer }) => transfer)).toEqual(['DONE', 'DONE']);
  expect(
    world.dbs.books
      .files()
      .map((file) => file.dataset)
      .filter((name) => name === dataset),
  ).toEqual([dataset, dataset]);
  const types = new Set<string>();
  for await (const { workflowId, type, typedSearchAttributes } of rig.client.workflow.list()) {
    types.add(type);
    expect(workflowId.length, workflowId).toBeLessThanOrEqual(LIMIT);
    for (const { key, value } of typedSearchAttributes.getAll())
      for (const text of [value].flat()) expect(String(text).length, key.name).toBeLessThanOrEqual(LIMIT);
  }
  expect([...types].sort()).toEqual(['jobOutput', 'publishDataset', 'stageOut', 'transferBatch']);
}
