/**
 * Records which metrics Temporal's SDK and server really serve, with their labels, into test/fixtures/metrics: alerts and dashboards may use
 * no others. Run it after an update of either: `node scripts/record-metrics.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { simulatedEnvironment } from '../src/demo/environment.ts';
import { TASK_QUEUES } from '../src/contract/task-queues.ts';
import { startOwnedProcess } from '../src/workers/child-process.ts';
import { freePort } from '../test/support/free-port.ts';
import { FAST, startRig } from '../test/support/rig.ts';
import { parseSamples } from '../test/support/scrape.ts';
import { TestTask } from '../test/support/test-task.ts';
import { startWorld } from '../test/support/world.ts';

const directory = fileURLToPath(new URL('../test/fixtures/metrics/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'aso-metrics-'));
const [serverPort, workerPort] = [await freePort(), await freePort()];
const world = await startWorld();
const rig = await startRig(world, { serverArgs: ['--metrics-port', String(serverPort)] });
await rig.stopWorkers();
const worker = await startOwnedProcess(process.execPath, ['src/cli/main.ts', 'worker'], {
  env: {
    ...(await simulatedEnvironment(world, rig.server, folder, FAST)),
    ASO_METRICS_ADDRESS: `127.0.0.1:${workerPort}`,
  },
});
try {
  const task = new TestTask(world, rig);
  // A workflow task that fails, as one with a defect would.
  await rig.client.workflow.start('stageOut', { args: [null], taskQueue: TASK_QUEUES.workflows, workflowId: 'broken' });
  // An activity that fails, for the counters that appear with the first failure only.
  world.fts.server.faults.add({ method: 'POST', path: '^/jobs$', status: 503, body: '', action: 'answer', times: 6 });
  await task.add(await task.job({ outputs: 2 }));
  await task.finish();
  await record('server', serverPort);
  await rig.server.close();
  // Requests that fail: the worker goes on asking a server that is gone.
  await sleep(8_000);
  await record('worker', workerPort);
} finally {
  await worker.stop();
  await world.close();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

async function record(name: string, port: number): Promise<void> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const metrics = new Map<string, Set<string>>();
  for (const sample of parseSamples(text)) {
    if (/^(aso|go|process|promhttp)_/.test(sample.name)) continue;
    const labels = metrics.get(sample.name) ?? new Set();
    for (const label of Object.keys(sample.labels)) labels.add(label);
    metrics.set(sample.name, labels);
  }
  const sorted = [...metrics].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lines = sorted.map(([metric, labels]) => `  ${JSON.stringify(metric)}: ${JSON.stringify([...labels].sort())}`);
  await writeFile(join(directory, `${name}.json`), `{\n${lines.join(',\n')}\n}\n`);
  console.log(`${name}: ${metrics.size} metrics`);
}
