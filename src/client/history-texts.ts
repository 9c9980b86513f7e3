import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** An execution and all that stands in its history, payloads decoded, as one text to search in. */
export interface HistoryText {
  workflowId: string;
  text: string;
}

/** Everything that Temporal keeps of a namespace's executions: what anybody who may look at it can read. */
export async function* historyTexts(client: Client): AsyncGenerator<HistoryText> {
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const found: Found = { texts: [workflowId], payloads: [] };
    collect(history, found);
    const payloads = await decode(client, found.payloads);
    const contents = payloads.map(({ data }) => Buffer.from(data ?? []).toString());
    yield { workflowId, text: [...found.texts, ...contents].join('\n') };
  }
}

/** Decodes all payloads of a history, to see whether it can be done. @throws PayloadKeyError where a key is not there, or not the right one */
export async function checkReadable(client: Client, history: object): Promise<void> {
  const found: Found = { texts: [], payloads: [] };
  collect(history, found);
  await decode(client, found.payloads);
}

async function decode({ options }: Client, payloads: Payload[]): Promise<Payload[]> {
  for (const codec of options.loadedDataConverter.payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  return payloads;
}

interface Found {
  texts: string[];
  payloads: Payload[];
}

function collect(value: unknown, found: Found): void {
  if (typeof value === 'string') found.texts.push(value);
  if (typeof value !== 'object' || value === null) return;
  if ('data' in value && value.data instanceof Uint8Array) found.payloads.push(value as Payload);
  else if (value instanceof Uint8Array) found.texts.push(Buffer.from(value).toString());
  else {
    for (const [key, part] of Object.entries(value)) {
      found.texts.push(key);
      collect(part, found);
    }
  }
}
