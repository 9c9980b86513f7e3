/**
 * Everything that a client needs, for tests in another language: a Temporal dev server, workers, simulators. Its first line on the standard
 * output says how to reach Temporal, as environment variables; then it answers requests, a line of JSON each, and ends with its input.
 */
import { createInterface } from 'node:readline';
import type { TransferFault } from '../../src/simulators/fts3/faults.ts';
import { crabRecords } from '../support/crab-records.ts';
import { startRig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type MakeJob } from '../support/world.ts';

/** What may be asked for. `task`: its name. */
type Request =
  | { do: 'task' }
  /** Lays the files of a job at its site. Answers CRAB's records of them. */
  | { do: 'job'; task: string; options: Partial<MakeJob> }
  /** Copies of the task's files whose LFN matches do otherwise. */
  | { do: 'fault'; task: string; lfn: string; fault: Omit<TransferFault, 'url'> }
  /** LFNs of the task in DBS. */
  | { do: 'published'; task: string }
  /** States of the copies that FTS was asked for. */
  | { do: 'copies'; task: string }
  /** What lies at a site, or null. */
  | { do: 'read'; site: string; lfn: string }
  | { do: 'workers'; run: boolean }
  /** FTS answers nobody for so long, milliseconds. */
  | { do: 'outage'; ms: number };

const world = await startWorld({ activePerLink: 50 });
const rig = await startRig(world, { policy: { blockTimeout: 0.5 } });
const tasks = new Map<string, TestTask>();

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
say({ TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ value: (await answer(JSON.parse(line) as Request)) ?? null });
  } catch (error) {
    say({ error: String(error) });
  }
}
await rig.close();
await world.close();
process.exit(0);

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'task': {
      const task = new TestTask(world, rig);
      tasks.set(task.name, task);
      return task.name;
    }
    case 'job':
      return crabRecords(request.task, await named(request.task).job(request.options));
    case 'fault':
      return named(request.task).fault(request.lfn, request.fault);
    case 'published':
      return named(request.task).published();
    case 'copies':
      return named(request.task).copyStates();
    case 'read':
      return (await world.storage.readFile(request.site, request.lfn))?.toString();
    case 'workers':
      return request.run ? rig.restartWorkers() : rig.stopWorkers();
    case 'outage':
      return world.fts.server.faults.outage(request.ms);
  }
}

function named(name: string): TestTask {
  const task = tasks.get(name);
  if (!task) throw new Error(`no task ${name}`);
  return task;
}
