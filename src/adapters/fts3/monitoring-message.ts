import { z } from 'zod';
import { ownerOfTask } from '../../domain/lfn-areas.ts';
import type { FtsEvent } from '../../ports/fts-events.ts';
import { ISSUER } from './job-body.ts';

/** Characters. FTS allows 2 KiB of job metadata, 4 KiB of file metadata, 1 KiB of reason and about 1 KiB for each URL. */
const LONGEST_BODY = 64 * 1024;

/** Of a `state` message: files in these states have something ahead of them. A state we do not know is worth a look. */
const UNDER_WAY = new Set(['SUBMITTED', 'READY', 'ACTIVE', 'STAGING', 'STARTED', 'ARCHIVING', 'NOT_USED', 'ON_HOLD']);

/** FTS sends metadata that it can read as JSON, else as text. */
const metadataSchema = z.preprocess(
  (value) => (typeof value === 'string' ? parsed(value) : value),
  z.object({
    issuer: z.literal(ISSUER),
    task: z.string().refine((task) => ownerOfTask(task) !== null),
    batch: z.int().min(1).max(1_000_000),
  }),
);

const bodySchema = z.object({ job_metadata: metadataSchema, file_state: z.string().optional() });

/**
 * The event in a message of FTS (`transfer.fts_monitoring_complete` or `…_state`); null where it is not about a job of ours, says that a
 * file has merely got on, or is no such message. Anybody may have sent it: it is taken for the name of a batch, and nothing else.
 */
export function eventOf(body: string): FtsEvent | null {
  // Brokers carry the messages of all experiments: most are none of ours, and need not be read for that.
  if (body.length > LONGEST_BODY || !body.includes(ISSUER)) return null;
  const message = bodySchema.safeParse(parsed(body));
  if (!message.success || UNDER_WAY.has(message.data.file_state ?? '')) return null;
  const { task, batch } = message.data.job_metadata;
  return { task, batch };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
