/**
 * History events and bytes per file of one task: `npm run bench:events [-- --files N --bookkeeping --wait --one-by-one]`.
 * Jobs of two output files each, reported one signal a job as fast as one client can, staged out and published against the simulators;
 * summed over the task, its batches, its publishers and all continued runs. With `--bookkeeping` CRAB's rows are told, too; with `--wait`
 * each job is reported by a workflow of its own, which waits for its outcome; with `--one-by-one` jobs come so slowly that most are a batch
 * of their own, as in a quiet hour.
 */
import { parseArgs } from 'node:util';
import { closeTask, startJobOutput, taskStatus } from '../src/client/index.ts';
import { stageOutId } from '../src/contract/ids.ts';
import type { TaskTotals } from '../src/contract/messages.ts';
import { until } from '../src/demo/until.ts';
import { addRows } from '../test/support/crab-rows.ts';
import { startRig } from '../test/support/rig.ts';
import { makeJob, SITES, startWorld } from '../test/support/world.ts';
import { markdownTable, type Cell } from './support/markdown-table.ts';
import { reportAll } from './support/reporting.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    bookkeeping: { type: 'boolean', default: false },
    wait: { type: 'boolean', default: false },
    'one-by-one': { type: 'boolean', default: false },
  },
});
const files = Number(values.files);
const crabBookkeeping = values.bookkeeping;
const oneByOne = values['one-by-one'];
const task = '261122_120000:alice_crab_bench';

const world = await startWorld({ activePerLink: 50 });
// A tenth of production's times and less: what changes between two looks at FTS is told together, as it would be there.
const pace = { batchWindow: oneByOne ? 0 : 5, followFirst: 1.5, followMax: 30, followGrid: 0.5 };
const rig = await startRig(world, { policy: { ...pace, crabBookkeeping } });
try {
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const sources = SITES.filter((site) => site !== 'T2_CH_CERN');
  const jobs = [];
  for (let i = 0; i < files / 2; i++)
    jobs.push(
      await makeJob(world, {
        task,
        jobId: String(i + 1),
        outputs: 2,
        log: false,
        source: sources[i % sources.length]!,
      }),
    );

  for (const job of jobs) addRows(world, task, job);

  const started = Date.now();
  if (values.wait) {
    await Promise.all(jobs.map((job) => startJobOutput(rig.client, task, job)));
    // Only a task that has been started can be closed.
    const known = async (): Promise<number> => (await taskStatus(rig.client, task).catch(() => null))?.files ?? 0;
    await until(async () => (await known()) === files, AbortSignal.timeout(60_000));
  } else await reportAll(rig.client, task, jobs, oneByOne ? { perSecond: 8 } : {});
  const reported = Date.now();
  await closeTask(rig.client, task);
  const totals = await rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();
  const done = Date.now();
  console.log(JSON.stringify(totals));
  // Batches may still have a last word for CRAB.
  const open = `ExecutionStatus = 'Running'`;
  await until(async () => (await rig.client.workflow.count(open)).count === 0, AbortSignal.timeout(60_000));

  const rows = new Map<string, { runs: number; events: number; listed: number; bytes: number }>();
  for await (const { type, workflowId, runId } of rig.client.workflow.list()) {
    // The list tells the length only of what it has heard the end of.
    const run = rig.client.workflow.getHandle(workflowId, runId);
    const { historyLength, historySize } = await run.describe();
    const { events } = await run.fetchHistory();
    const listed = events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length ?? 0;
    const row = rows.get(type) ?? { runs: 0, events: 0, listed: 0, bytes: 0 };
    rows.set(type, {
      runs: row.runs + 1,
      events: row.events + historyLength,
      listed: row.listed + listed,
      bytes: row.bytes + (historySize ?? 0),
    });
  }
  const lines: Cell[][] = [];
  const sum = { runs: 0, events: 0, listed: 0, bytes: 0 };
  const perFile = (count: number): string => (count / files).toFixed(2);
  for (const [type, row] of rows) {
    lines.push([type, row.runs, row.events, perFile(row.events), row.listed, Math.round(row.bytes / files)]);
    for (const name of ['runs', 'events', 'listed', 'bytes'] as const) sum[name] += row[name];
  }
  lines.push(['all', sum.runs, sum.events, perFile(sum.events), sum.listed, Math.round(sum.bytes / files)]);
  const head = ['workflow', 'runs', 'events', 'events/file', 'of these for the list', 'bytes/file'];
  console.log(markdownTable(head, lines));
  const requests = Object.values(world.fts.server.counts).reduce((a, b) => a + b, 0);
  console.log(`reported in ${reported - started} ms, all final and published after ${done - started} ms`);
  console.log(`FTS requests per file: ${(requests / files).toFixed(3)}`);
  const told = world.crab.books.transfersCalls.length;
  if (crabBookkeeping) console.log(`updates posted to CRAB per file: ${(told / files).toFixed(3)}`);
} finally {
  await rig.close();
  await world.close();
}
process.exit(0);
