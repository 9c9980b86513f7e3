import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { uuid5 } from '../../domain/digest.ts';
import { PortError } from '../../ports/errors.ts';
import { FtsUnreached, type FtsJobView, type FtsSubmission } from '../../ports/fts.ts';
import { HttpFailure } from '../http.ts';
import type { Asker } from './asker.ts';
import { messageOf, unavailable, type FtsAnswer, type FtsClient } from './fts-client.ts';
import { jobBody } from './job-body.ts';
import { lookAtJob } from './look.ts';
import { isUnsent } from './server-circuit.ts';
import { whoami } from './whoami.ts';

/** POSTs of one call; whoever called tries again later, with the same sid. */
const ROUNDS = 3;
/** Pause before a POST is repeated: a request whose answer was lost may still be running. */
const PAUSE_MS = 200;

/**
 * Submits a job exactly once. Its id follows from the sid and is FTS's primary key, so of any number of POSTs one makes the
 * job. Whatever the answer was other than 200, the job under the expected id is looked at and adopted if it is ours.
 *
 * Throws `FtsJobMismatch` (another job under this id) and `FtsRefused` (400, 403, 405), neither
 * retryable; `FtsUnavailable` and `CredentialUnavailable`, retryable: the outcome may be unknown then,
 * except where it is `FtsUnreached`.
 * @returns the job id; another than the expected one where FTS makes ids of another VO by now
 */
export async function submitOnce(
  client: FtsClient,
  asker: Asker,
  lookTimeoutMs: number,
  submission: FtsSubmission,
): Promise<string> {
  const { expectedJobId } = submission;
  const looker = { ...asker, timeoutMs: lookTimeoutMs };
  const body = jobBody(submission);
  let problem = '';
  for (let round = 1; round <= ROUNDS; round += 1) {
    if (round > 1) await sleep(PAUSE_MS * (round - 1));
    const answer = await post(client, asker, body, round === 1);
    const jobId = answer instanceof HttpFailure ? null : submittedJobId(answer);
    if (jobId !== null) return jobId;

    // No answer, 409, 5xx, and refusals too: an earlier POST whose answer was lost may have made the job.
    const job = await lookAtJob(client, looker, expectedJobId);
    if (job) return adopt(job, submission);
    const astray = await lookAstray(client, looker, submission);
    if (astray) return astray.jobId;
    if (!(answer instanceof HttpFailure)) throwIfRefused(answer);
    problem = answer instanceof HttpFailure ? answer.message : `HTTP ${answer.status}: ${messageOf(answer.json)}`;
  }
  throw unavailable(`job ${expectedJobId} was sent ${ROUNDS} times and is not in FTS; last answer: ${problem}`);
}

async function post(client: FtsClient, asker: Asker, body: object, isFirst: boolean): Promise<FtsAnswer | HttpFailure> {
  try {
    return await client({ ...asker, method: 'POST', path: 'jobs', body });
  } catch (error) {
    // Of a later POST that did not leave we know nothing more than of the earlier ones.
    if (isFirst && isUnsent(error)) throw new FtsUnreached(error);
    // A server that asks for patience did not take the job, and gets it: the pause travels with the failure.
    if (error instanceof HttpFailure && error.type === FAILURE_TYPES.ftsUnavailable && error.status !== 429)
      return error;
    throw error;
  }
}

const submittedSchema = z.object({ job_id: z.guid() });

function submittedJobId({ status, json }: FtsAnswer): string | null {
  return status === 200 ? (submittedSchema.safeParse(json).data?.job_id ?? null) : null;
}

/** 409 without the job is no refusal: another live job has one of the destinations, which ends by itself. */
function throwIfRefused({ status, json }: FtsAnswer): void {
  if (status < 400 || status === 409) return;
  throw new PortError(FAILURE_TYPES.ftsRefused, `FTS refused the job: HTTP ${status}: ${messageOf(json)}`, {
    retryable: false,
  });
}

function adopt(job: FtsJobView, submission: FtsSubmission): string {
  if (isOurs(job, submission)) return job.jobId;
  const difference = job.digest === submission.digest ? 'destinations' : 'digest';
  throw mismatch(`job ${job.jobId} is not the one we sent: its ${difference} differs`);
}

/** The job that an earlier POST made where the first VO of the credential has changed: its id follows from the VO. Null where there is none. */
async function lookAstray(client: FtsClient, asker: Asker, submission: FtsSubmission): Promise<FtsJobView | null> {
  const { vo, baseId } = await whoami(client, asker);
  const jobId = uuid5(uuid5(baseId, vo), submission.sid);
  if (jobId === submission.expectedJobId) return null;
  const job = await lookAtJob(client, asker, jobId);
  return job && isOurs(job, submission) ? job : null;
}

function isOurs(job: FtsJobView, submission: FtsSubmission): boolean {
  const sent = submission.transfers.map(({ destinationPfn }) => destinationPfn.trim()).sort();
  const found = job.files.map(({ destinationPfn }) => destinationPfn).sort();
  const sameFiles = sent.length === found.length && sent.every((url, at) => url === found[at]);
  return job.digest === submission.digest && sameFiles;
}

const mismatch = (message: string): PortError =>
  new PortError(FAILURE_TYPES.ftsJobMismatch, message, { retryable: false });
