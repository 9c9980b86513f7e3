import { z } from 'zod';
import type { FtsFileView, FtsJobView } from '../../ports/fts.ts';
import { redact } from '../short-text.ts';
import { ISSUER } from './job-body.ts';

/** The columns of a file that a look asks for. */
export const FILE_FIELDS = 'file_id,file_state,reason,start_time,finish_time,recoverable,file_metadata,dest_surl';

/** Characters that FTS's database keeps of a reason; what is longer is none of FTS's, and would fill histories. */
const MAX_REASON = 2048;

const fileSchema = z.object({
  file_id: z.number(),
  file_state: z.string(),
  reason: z.string().nullish(),
  dest_surl: z.string(),
  start_time: z.string().nullish(),
  finish_time: z.string().nullish(),
  recoverable: z.boolean().nullish(),
  file_metadata: z.unknown().optional(),
});

const jobSchema = z.object({
  job_id: z.string(),
  job_state: z.string(),
  job_metadata: z.unknown().optional(),
  priority: z.number().nullish(),
  files: z.array(fileSchema),
});

/** A job as FTS describes it (`GET /jobs/…?files=…` or `/archive/…`); null where it is no such description. */
export function jobView(json: unknown): FtsJobView | null {
  const parsed = jobSchema.safeParse(json);
  if (!parsed.success) return null;
  const { job_id, job_state, job_metadata, priority, files } = parsed.data;
  return {
    jobId: job_id,
    state: job_state,
    digest: textOf(job_metadata, 'issuer') === ISSUER ? textOf(job_metadata, 'digest') : null,
    priority: priority ?? null,
    files: files.map(fileView),
  };
}

function fileView(file: z.infer<typeof fileSchema>): FtsFileView {
  return {
    fileId: file.file_id,
    key: textOf(file.file_metadata, 'key'),
    state: file.file_state,
    reason: redact((file.reason ?? '').slice(0, MAX_REASON)),
    destinationPfn: file.dest_surl,
    startedAt: epochSeconds(file.start_time),
    finishedAt: epochSeconds(file.finish_time),
    recoverable: file.recoverable ?? null,
  };
}

/** A member of a metadata object, if it is a text. */
function textOf(metadata: unknown, name: string): string | null {
  const value = typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : null;
}

/** FTS's times are UTC without saying so: `2026-11-22T06:27:49`. */
function epochSeconds(time: string | null | undefined): number | null {
  if (!time) return null;
  const ms = Date.parse(/Z|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}
