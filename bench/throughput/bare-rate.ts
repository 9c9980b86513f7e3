import type { Client } from '@temporalio/client';
import { TASK_MESSAGES, WORKFLOWS, type AddFiles } from '../../src/contract/messages.ts';
import { taskStartOptions } from '../../src/contract/task-options.ts';
import { reportOf, type PlainTask } from '../support/plain-task.ts';

/** Signals that are measured. */
const SIGNALS = 1_000;
/** On their way at a time, as when jobs are reported. */
const IN_FLIGHT = 16;

/**
 * What the server takes when nothing is done about it: the same signals with the same reports, each by signalWithStart to one of as many
 * workflows, on a task queue that nobody works on. @returns signals per second
 */
export async function bareRate(client: Client, tasks: readonly PlainTask[]): Promise<number> {
  const ids = tasks.map((_, at) => `bare/${at}`);
  const start = performance.now();
  let next = 0;
  const signalNext = async (): Promise<void> => {
    for (let at = next++; at < SIGNALS; at = next++) {
      const plain = tasks[at % tasks.length]!;
      const signalArgs: [AddFiles] = [{ jobs: [reportOf(plain, at)] }];
      const target = { workflowId: ids[at % ids.length]!, taskQueue: 'nobody' };
      const options = {
        ...taskStartOptions({ task: plain.task }),
        ...target,
        signal: TASK_MESSAGES.addFiles,
        signalArgs,
      };
      await client.workflow.signalWithStart(WORKFLOWS.stageOut, options);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, signalNext));
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(ids.map((id) => client.workflow.getHandle(id).terminate('measured')));
  return SIGNALS / seconds;
}
