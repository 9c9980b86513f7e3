import type { Client } from '@temporalio/client';
import { mendRowsId } from '../contract/ids.ts';
import { INTERNAL_SIGNALS, type MendRowsInput } from '../contract/internal-messages.ts';
import { WORKFLOWS } from '../contract/messages.ts';
import { taskStartOptions } from '../contract/task-options.ts';
import type { Policy } from '../domain/policy.ts';

/** Has CRAB's rows of a task looked at again, some time after the last doubt about them. */
export function rowDoubts({ client, policy }: { client: Client; policy: Policy }): (task: string) => Promise<void> {
  return async (task) => {
    await client.workflow.signalWithStart<(input: MendRowsInput) => Promise<void>, []>(WORKFLOWS.mendRows, {
      ...taskStartOptions({ task }),
      workflowId: mendRowsId(task),
      args: [{ task, policy }],
      signal: INTERNAL_SIGNALS.rowDoubt,
    });
  };
}
