/**
 * Records histories of every workflow into test/fixtures/histories/current, for the replay test: `node scripts/record-histories.ts`.
 * `--freeze <version>` keeps the recorded ones as those of a release (CONTRIBUTING.md): what comes after it must replay them.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { OPERATIONS } from '../src/contract/operations.ts';
import { HISTORIES } from '../test/support/recorded-histories.ts';
import { startRig, type Rig } from '../test/support/rig.ts';
import { TestTask } from '../test/support/test-task.ts';
import { startWorld } from '../test/support/world.ts';
import { operatorsAct, SCENARIOS } from './history-scenarios.ts';

const current = new URL('current/', HISTORIES);
const { freeze: version } = parseArgs({ options: { freeze: { type: 'string' } } }).values;
if (version === undefined) await record();
else await freeze(version);
process.exit(0);

async function freeze(version: string): Promise<void> {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`--freeze must be a version such as 0.1.0, not ${version}`);
  const folder = new URL(`${version}/`, HISTORIES);
  if (existsSync(folder)) throw new Error(`the histories of ${version} are frozen already: a release does not change`);
  await cp(current, folder, { recursive: true });
  console.log(`test/fixtures/histories/${version}: what current holds`);
}

async function record(): Promise<void> {
  const world = await startWorld();
  const rig = await startRig(world, {
    policy: { sourceRetention: 0 },
    // Turned over early, so that continued runs are among the histories.
    serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'],
  });
  try {
    // Names depend on the order of starts: none is to be left of an earlier recording.
    await rm(current, { recursive: true, force: true });
    await mkdir(current, { recursive: true });
    for (const scenario of SCENARIOS) {
      const task = new TestTask(world, rig);
      await scenario(task, rig.client);
      await task.finish();
      await save(rig, scenario.name, `AsoTask = ${JSON.stringify(task.name)}`);
    }
    await operatorsAct(rig.client);
    await save(rig, operatorsAct.name, `WorkflowId = "${OPERATIONS}"`);
  } finally {
    await rig.close();
    await world.close();
  }
}

async function save({ client }: Rig, scenario: string, query: string): Promise<void> {
  let run = 0;
  for await (const { workflowId, runId, type } of client.workflow.list({ query })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const name = `${scenario}-${type}-${++run}.bin`;
    await writeFile(new URL(name, current), gzipSync(proto.temporal.api.history.v1.History.encode(history).finish()));
    console.log(`${name}: ${history.events?.length} events`);
  }
}
