import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { compressionCodec } from '../../src/client/data-converter.ts';

/** Sizes of one run of a workflow. */
export interface RunSize {
  workflowId: string;
  events: number;
  /** Bytes, as the server counts them. */
  history: number;
  /** Bytes of the largest payload. */
  largestPayload: number;
}

/** Sizes of every run of a workflow id, as they lie on the server. */
export async function runSizes(client: Client, workflowId: string): Promise<RunSize[]> {
  const sizes: RunSize[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { events } = await client.workflow.getHandle(workflowId, run.runId).fetchHistory();
    sizes.push({
      workflowId,
      events: events?.length ?? 0,
      history: run.historySize ?? 0,
      largestPayload: Math.max(0, ...payloadSizes(events)),
    });
  }
  return sizes;
}

/** Byte lengths of all payloads anywhere in a value. */
function* payloadSizes(value: unknown): Generator<number> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) yield value.data.length;
  else for (const inner of Object.values(value)) yield* payloadSizes(inner);
}

/**
 * All that Temporal keeps of all workflows, as one text: histories with their payloads decoded, what a list and a description show, failures of
 * activities under way.
 */
export async function everythingTemporalKeeps(client: Client): Promise<string> {
  const parts: string[] = [];
  for await (const run of client.workflow.list()) {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    parts.push(
      ...(await readableTexts(await handle.fetchHistory())),
      ...(await readableTexts((await handle.describe()).raw)),
    );
  }
  return parts.join('\n');
}

/** Texts anywhere in a value, those of payloads as they were before they were compressed. */
async function readableTexts(value: unknown): Promise<string[]> {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) {
    const [payload] = await compressionCodec.decode([value as Payload]);
    return [Buffer.from(payload?.data ?? []).toString('utf8')];
  }
  return (await Promise.all(Object.values(value).map(readableTexts))).flat();
}
