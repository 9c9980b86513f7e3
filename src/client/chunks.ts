import { MESSAGE_BYTES } from '../contract/limits.ts';
import type { AddFilesAnswer } from '../contract/messages.ts';
import type { JobReport } from '../domain/file.ts';

/** For what surrounds the jobs in a message. */
const ENVELOPE = 64;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;

/**
 * Splits job outputs into messages of at most `limit` bytes, in order. A job output that is too large by itself is split by files: each
 * part announces all of them.
 */
export function chunkJobs(jobs: readonly JobReport[], limit = MESSAGE_BYTES): JobReport[][] {
  const chunks: JobReport[][] = [];
  let room = 0;
  for (const job of jobs.flatMap((report) => splitJob(report, limit - ENVELOPE))) {
    const size = bytes(job);
    if (!chunks.length || size > room) {
      chunks.push([]);
      room = limit - ENVELOPE;
    }
    chunks.at(-1)?.push(job);
    room -= size;
  }
  return chunks;
}

function splitJob(job: JobReport, limit: number): JobReport[] {
  if (bytes(job) <= limit) return [job];
  const empty = bytes({ ...job, files: [] });
  const parts: JobReport[] = [];
  let room = 0;
  for (const file of job.files) {
    const size = bytes(file);
    if (!parts.length || size > room) {
      parts.push({ ...job, files: [] });
      room = limit - empty;
    }
    parts.at(-1)?.files.push(file);
    room -= size;
  }
  return parts;
}

/** The answers to several messages as one. */
export function sumAnswers(answers: readonly AddFilesAnswer[]): AddFilesAnswer {
  const sum: AddFilesAnswer = { accepted: 0, known: 0, superseding: 0, rejected: [] };
  for (const answer of answers) {
    sum.accepted += answer.accepted;
    sum.known += answer.known;
    sum.superseding += answer.superseding;
    sum.rejected.push(...answer.rejected);
  }
  return sum;
}
