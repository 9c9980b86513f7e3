import type { Client } from '@temporalio/client';
import { rowDoubts } from '../src/activities/row-doubts.ts';
import { operate, startJobOutput, sweepSources, taskSources } from '../src/client/index.ts';
import { mendRowsId } from '../src/contract/ids.ts';
import { OPERATIONS } from '../src/contract/operations.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { TestTask } from '../test/support/test-task.ts';

/** Something that users or operators do, as a rule to one task, so that each workflow goes through what it may go through. */
export type Scenario = (task: TestTask, client: Client) => Promise<void>;

/** What is recorded, by name. The task is closed and awaited behind each. */
export const SCENARIOS: readonly Scenario[] = [mainJob, retriedAndRerun, cancelled, sweptUp, toldTwice];

/** Jobs in bulk and one by one, one of them awaited, published. */
async function mainJob(task: TestTask, client: Client): Promise<void> {
  const jobs = [];
  for (const jobId of ['1', '2', '3', '4']) jobs.push(await task.job({ jobId, outputs: 2, log: true }));
  await task.add(...jobs);
  const lone = await task.job({ jobId: '5', log: true, publish: false });
  await (await startJobOutput(client, task.name, lone)).result();
}

/** A copy that fails once, one that is refused, and a job that is run again with new bytes. */
async function retriedAndRerun(task: TestTask): Promise<void> {
  const curl = 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts';
  task.fault('out0_1', { times: 1, outcome: { fail: curl } });
  task.fault('out0_2', { outcome: { fail: 'DESTINATION [1] HTTP 403 : Permission refused' } });
  for (const jobId of ['1', '2', '3']) await task.add(await task.job({ jobId, log: true, publish: false }));
  await task.add(await task.job({ jobId: '3', retry: 1, salt: 'new', log: true, publish: false }));
}

/** Files killed in FTS, and in the window. */
async function cancelled(task: TestTask): Promise<void> {
  task.fault('', { outcome: 'hang' });
  await task.add(await task.job({ outputs: 2, log: true }));
  while (!task.ftsJobs().length) await new Promise((resolve) => setImmediate(resolve));
  await task.add(await task.job({ jobId: '2', log: true }));
  await task.cancel();
}

/** Sources that a refused copy has left behind are swept. */
async function sweptUp(task: TestTask, client: Client): Promise<void> {
  task.fault('', { outcome: { fail: 'DESTINATION [1] HTTP 403 : Permission refused' } });
  await task.add(await task.job({ outputs: 2 }));
  await task.finish();
  const { sources } = await taskSources(client, task.name);
  await sweepSources(client, task.name, [...new Set(sources.map(({ batch }) => batch))]);
}

/** CRAB's rows are looked at again. */
async function toldTwice(task: TestTask, client: Client): Promise<void> {
  await task.add(await task.job({ publish: false }));
  await rowDoubts({ client, policy: { ...DEFAULT_POLICY, crabSettle: 1 } })(task.name);
  await client.workflow.getHandle(mendRowsId(task.name)).result();
}

/** Operators close and open, block and unblock, until their workflow has turned over. It goes on: what is recorded is what it did so far. */
export async function operatorsAct(client: Client): Promise<void> {
  const signed = { reason: 'recorded', by: 'bob' };
  const isTurnedOver = async (): Promise<boolean> => {
    const { raw } = await client.workflow.getHandle(OPERATIONS).describe();
    const { execution, firstRunId } = raw.workflowExecutionInfo ?? {};
    return execution?.runId !== firstRunId;
  };
  do {
    await operate(client, 'closeSite', { site: 'T2_IT_Pisa', direction: 'source', ...signed });
    await operate(client, 'blockUser', { user: 'mallory', ...signed });
    await operate(client, 'openSite', { site: 'T2_IT_Pisa', ...signed });
    await operate(client, 'unblockUser', { user: 'mallory', ...signed });
  } while (!(await isTurnedOver()));
  await operate(client, 'tripBreaker', { site: 'T2_DE_DESY', end: 'destination', ...signed });
}
