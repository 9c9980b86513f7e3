import type { Client } from '@temporalio/client';
import type { Aso } from './with-client.ts';

/** Names of the tasks, of one user or all. */
export async function taskNames(aso: Aso, client: Client, user: string | undefined): Promise<string[]> {
  const tasks = await aso.listTasks(client, { ...(user ? { user } : {}), limit: Infinity });
  return tasks.map(({ task }) => task);
}
