import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isTaskRunning, TaskNotFoundError } from '../client/index.ts';
import { insist } from './insist.ts';

const LOOK_MS = 2_000;
/** Shorter than the time in which all must have been answered once everybody is well again, and long enough for what struck parts do late; milliseconds. */
const PATIENCE_MS = 120_000;

/**
 * Looks until there is something to act on, as whoever acts does it when he sees what to. What is drawn by a seed happens by that, also
 * where all goes slowly.
 * @param look what there is to act on; null, or that there is no such task, for nothing yet
 * @returns null where the task has ended without it, or it came too late
 * @throws what `look` is refused with
 */
export async function awaitTarget<T>(
  client: Client,
  task: string,
  signal: AbortSignal,
  look: () => Promise<T | null>,
): Promise<T | null> {
  const see = <R>(call: () => Promise<R>): Promise<R | null> => insist(signal, () => call().catch(nullWithoutTask));
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_MS, undefined, { signal })) {
    // Before the look: what has come until the end is seen by it.
    const isLast = Date.now() > until || (await see(() => isTaskRunning(client, task))) === false;
    const found = await see(look);
    if (found !== null || isLast) return found;
  }
}

function nullWithoutTask(error: unknown): null {
  if (error instanceof TaskNotFoundError) return null;
  throw error;
}
