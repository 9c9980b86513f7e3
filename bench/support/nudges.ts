import { transferBatchId } from '../../src/contract/ids.ts';
import type { Stand } from './stand.ts';

/** Far below the latencies that are measured. */
const WATCH_MS = 20;

/** The batch that an FTS job is of: its submission id is `<run>/<batch>/<attempt>/<digest>`. */
export function batchOf({
  sid,
  metadata,
}: {
  sid: string | null;
  metadata: Readonly<Record<string, unknown>>;
}): string {
  return transferBatchId(String(metadata['task']), Number(sid?.split('/')[1]));
}

/**
 * Has followers look at once when a file of their job ends, as messages of FTS would that arrive without delay or loss: the best that they
 * could bring. Temporal's reset of an activity makes one that waits for its next attempt run, and leaves no event.
 * @returns ends it, and tells how many nudges there were
 */
export function nudgeFollowers({ world, client }: Stand): () => number {
  const over = new Set<number>();
  let nudges = 0;
  const timer = setInterval(() => {
    for (const job of world.fts.jobs()) {
      const ended = job.files.filter(({ fileId, finishTime }) => finishTime !== null && !over.has(fileId));
      if (ended.length === 0) continue;
      for (const { fileId } of ended) over.add(fileId);
      nudges += 1;
      const request = {
        namespace: client.options.namespace,
        execution: { workflowId: batchOf(job) },
        type: 'followFtsJob',
        identity: 'bench',
        keepPaused: true,
      };
      // No such activity: its batch has seen the end by itself. A look under way does not heed the nudge (docs/adr/0007-messages-of-fts.md).
      client.workflowService.resetActivity(request).catch(() => undefined);
    }
  }, WATCH_MS);
  return () => {
    clearInterval(timer);
    return nudges;
  };
}
