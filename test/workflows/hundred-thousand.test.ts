import { expect, test } from 'vitest';
import { addFiles, cancelTask, closeTask, taskStatus } from '../../src/client/index.ts';
import { stageOutId, transferBatchId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import { crabFileId } from '../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { runSizes } from '../support/histories.ts';
import { newTask, startRig } from '../support/rig.ts';
import { datasetOf, startWorld } from '../support/world.ts';

const FILES = 100_000;
const MIB = 1024 * 1024;

test('100,000 files that wait for a dead destination fit, and a kill reaches every one of them', async () => {
  const world = await startWorld({ instant: true, tickMs: 200, transferFaults: [{ url: '.', outcome: 'hang' }] });
  // Looks at FTS are as rare as in production: there is nothing to see.
  const policy = { batchWindow: 5, maxActiveFtsJobs: 100, followFirst: 30, followMax: 300, followGrid: 5 };
  const rig = await startRig(world, { policy });
  try {
    const task = newTask();
    world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl });
    for (let job = 0; job < FILES / 2; job += 1000) {
      const jobs = Array.from({ length: 1000 }, (_, i) => reportOf(task, job + i));
      const answer = await addFiles(rig.client, task, jobs);
      expect(answer).toMatchObject({ accepted: 2000, rejected: [] });
    }
    await expect.poll(() => world.fts.jobs().length, { timeout: 60_000 }).toBe(policy.maxActiveFtsJobs);
    expect((await taskStatus(rig.client, task)).files).toBe(FILES);

    const started = Date.now();
    await closeTask(rig.client, task);
    await cancelTask(rig.client, task, { reason: 'destination is dead', by: 'test' });
    await expect.poll(() => cancelled(world), { timeout: 60_000 }).toBe(world.fts.jobs().length);
    const untilLast = Date.now() - started;
    const totals = await rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();
    expect(totals).toMatchObject({ files: FILES, transfer: { KILLED: FILES } });
    // Batches that had waited were never let through by the kill.
    expect(world.fts.jobs().length).toBe(policy.maxActiveFtsJobs);
    expect(world.dbs.books.files()).toEqual([]);

    const runs = await runSizes(rig.client, stageOutId(task));
    const batch = await runSizes(rig.client, transferBatchId(task, 1));
    const largest = Math.max(...[...runs, ...batch].map(({ largestPayload }) => largestPayload));
    const history = Math.max(...runs.map((run) => run.history));
    console.log(
      `100,000 files: ${runs.length - 1} continue-as-news, largest payload ${(largest / MIB).toFixed(2)} MiB, ` +
        `largest history of a run ${(history / MIB).toFixed(2)} MiB; ` +
        `kill: all ${world.fts.jobs().length} FTS jobs deleted after ${untilLast} ms`,
    );
    expect(runs.length).toBeGreaterThan(3);
    expect(largest).toBeLessThanOrEqual(1.5 * MIB);
    expect(history).toBeLessThanOrEqual(4 * MIB);
  } finally {
    await rig.close();
    await world.close();
  }
}, 600_000);

/** FTS jobs that a DELETE was received for. */
function cancelled(world: Awaited<ReturnType<typeof startWorld>>): number {
  return new Set(world.fts.deletions().flatMap(({ jobIds }) => jobIds)).size;
}

/** A job of two output files from one of four sites, none of which exists: nothing is ever copied. */
function reportOf(task: string, job: number): JobReport {
  const sources = ['T2_IT_Pisa', 'T2_DE_DESY', 'T2_US_MIT', 'T2_ES_CIEMAT'];
  const files = [0, 1].map((i): FileRecord => {
    const path = `GenericTTbar/crab_a_task_name_of_some_length/261122_100000/${String(job % 1000).padStart(4, '0')}`;
    const sourceLfn = `/store/temp/user/alice.d9a8b7c6d5e4f3a2b1c0d9a8b7c6d5e4f3a2b1c0/${path}/output${i}_${job}.root`;
    return {
      id: crabFileId(sourceLfn),
      type: 'output',
      source: sources[job % sources.length] as string,
      sourceLfn,
      destination: 'T2_CH_CERN',
      destinationLfn: `/store/user/alice/${path}/output${i}_${job}.root`,
      size: 1_000_000_000 + job,
      adler32: crabFileId(sourceLfn).slice(0, 8),
      dataset: datasetOf(task),
      publish: true,
      startTime: 1_795_000_000 + job,
      alreadyThere: false,
    };
  });
  return { jobId: String(job), retry: 0, expected: 2, files };
}
