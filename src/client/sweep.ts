import type { Client } from '@temporalio/client';
import { sweepSourcesId } from '../contract/ids.ts';
import { WORKFLOWS } from '../contract/messages.ts';
import { MAX_SWEPT_BATCHES, SWEEP_QUERY, type SweepInput } from '../contract/sweep.ts';
import { taskStartOptions } from '../contract/task-options.ts';
import { addSweep, emptySweep, type SweepResult } from '../domain/sweep.ts';
import { answerWithin, signalWithin } from './deadlines.ts';
import { explained, explainedStartOf } from './errors.ts';

type SweepWorkflow = (input: SweepInput) => Promise<SweepResult>;

/**
 * Removes the sources that some batches of a task have left behind longer than `policy.sourceRetention`, and waits for it; it goes on in
 * Temporal when nobody waits any more. While a sweep of the task is under way, that one is waited for instead.
 * @throws TemporalUnreachableError
 */
export async function sweepSources(client: Client, task: string, batches: readonly number[]): Promise<SweepResult> {
  const whole = emptySweep();
  const { taskQueue, typedSearchAttributes, priority } = taskStartOptions({ task });
  for (let at = 0; at < batches.length; at += MAX_SWEPT_BATCHES) {
    const input: SweepInput = { task, batches: batches.slice(at, at + MAX_SWEPT_BATCHES) };
    const handle = await explainedStartOf(`sweep of task ${task}`, () =>
      signalWithin(client, () =>
        client.workflow.start<SweepWorkflow>(WORKFLOWS.sweepSources, {
          workflowId: sweepSourcesId(task),
          ...{ taskQueue, typedSearchAttributes, priority },
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      ),
    );
    addSweep(whole, await explained(task, () => handle.result()));
  }
  return whole;
}

/** Sources of a task that sweeps have removed, as `generationOf` names them. @throws TemporalUnreachableError, NoAnswerError */
export async function sweptSources(client: Client, task: string): Promise<Set<string>> {
  const swept = new Set<string>();
  const query = `WorkflowId = ${JSON.stringify(sweepSourcesId(task))}`;
  await explained(task, async () => {
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      const handle = client.workflow.getHandle<SweepWorkflow>(workflowId, runId);
      // A query tells it of one that is under way or was ended by force too.
      const { swept: some } = await answerWithin(client, () => handle.query<SweepResult>(SWEEP_QUERY));
      for (const name of some) swept.add(name);
    }
  });
  return swept;
}
