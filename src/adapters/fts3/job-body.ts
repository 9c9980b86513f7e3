import type { FtsSubmission, FtsTransfer } from '../../ports/fts.ts';

/** Who submits: tells our jobs from those of other tools in `job_metadata`. */
export const ISSUER = 'ASO';

/**
 * The body of `POST /jobs`. JSON booleans only: FTS takes the string "N" for true. What stands here, and what is left out, has its reason in
 * docs/fts.md.
 */
export function jobBody(submission: FtsSubmission): object {
  const { task, batch, user, digest } = submission;
  return {
    files: submission.transfers.map((transfer) => fileBody(transfer, submission.activity)),
    params: {
      // The job id follows from the sid, so a second POST is refused instead of copying everything twice.
      id_generator: 'deterministic',
      sid: submission.sid,
      overwrite: submission.overwrite,
      verify_checksum: checksumMode(submission.transfers),
      priority: submission.priority,
      // A bare number would be hours.
      max_time_in_queue: `${submission.maxTimeInQueue}s`,
      // Below zero is none; 0 would be the server's default. A failed file is sent again by ASO as a new attempt, under
      // its own policy: FTS trying by itself would hide failures and run copies that ASO counts on being over.
      retry: -1,
      job_metadata: { issuer: ISSUER, task, batch, user, digest },
    },
  };
}

function fileBody({ key, sourcePfn, destinationPfn, size, adler32 }: FtsTransfer, activity: string): object {
  return {
    sources: [sourcePfn],
    destinations: [destinationPfn],
    filesize: size,
    metadata: { key },
    activity,
    ...(adler32 !== null && { checksum: `ADLER32:${adler32}` }),
  };
}

/**
 * How FTS verifies a job's copies; one mode holds for all its files.
 * `both` compares the source too, before a byte is copied. Without a sum for each file it would make FTS ask sources for
 * sums that they may not have, and fail the copy; `target` still compares what was written with every sum we do have.
 */
function checksumMode(transfers: FtsTransfer[]): 'both' | 'target' | 'none' {
  const known = transfers.filter(({ adler32 }) => adler32 !== null).length;
  if (known === 0) return 'none';
  return known === transfers.length ? 'both' : 'target';
}
