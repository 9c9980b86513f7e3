import type { Client } from '@temporalio/client';
import { historyTexts } from '../../src/client/history-texts.ts';

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

/** All that Temporal keeps of all workflows, as one text: their histories, and what a description of each shows, failures of activities included. */
export async function everythingTemporalKeeps(client: Client): Promise<string> {
  const parts: string[] = [];
  for await (const { workflowId, text } of historyTexts(client)) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    parts.push(text, JSON.stringify(raw));
  }
  return parts.join('\n');
}
