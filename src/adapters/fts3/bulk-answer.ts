import { z } from 'zod';

const entrySchema = z.object({ job_id: z.string(), http_status: z.string().optional() });

/** One job's part of an answer about several. */
export interface BulkEntry {
  /** FTS's verdict on this job, e.g. 200, 304 (already terminal), 403, 404. */
  status: number;
  json: unknown;
}

/**
 * Splits an answer of `GET` or `DELETE /jobs/<ids>` by job id; null where it is nothing of the kind.
 * One id is answered by an object, several by a list (200, or 207 if one of them failed), which DELETE re-orders.
 */
export function bulkEntries(httpStatus: number, json: unknown): Map<string, BulkEntry> | null {
  const entries = new Map<string, BulkEntry>();
  for (const item of Array.isArray(json) ? (json as unknown[]) : [json]) {
    const parsed = entrySchema.safeParse(item);
    if (!parsed.success) return null;
    const { job_id, http_status } = parsed.data;
    // In lists jobs may come without a status of their own; the HTTP status is the answer's then.
    const status = http_status === undefined ? httpStatus : Number.parseInt(http_status, 10);
    // A repeated id comes without files the second time.
    if (!entries.has(job_id)) entries.set(job_id, { status, json: item });
  }
  return entries;
}
