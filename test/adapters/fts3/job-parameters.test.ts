import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createFtsAdapter } from '../../../src/adapters/fts3/fts-adapter.ts';
import { startFtsSimulator, type FtsSimulator } from '../../../src/simulators/fts3/simulator.ts';
import { submissionOf, transferOf } from './submissions.ts';

/** docs/fts.md gives the reason of each of these. */
let simulator: FtsSimulator;
let dispatchers: Dispatchers;
/** A job as FTS itself describes it. */
let job: Record<string, unknown>;
let files: Record<string, unknown>[];

beforeAll(async () => {
  simulator = await startFtsSimulator({ instant: true, tickMs: 20 });
  dispatchers = createAnonymousDispatchers();
  const fts = createFtsAdapter({ dispatchers });
  const target = await fts.prepare(simulator.url, NO_USER);
  const over = { priority: 5, activity: 'ASO', overwrite: true, maxTimeInQueue: 36_000 };
  const jobId = await fts.submit(target, NO_USER, submissionOf({ ...over, transfers: [transferOf(1)] }, target));
  const ask = async (path: string): Promise<unknown> => (await fetch(`${simulator.url}/jobs/${jobId}${path}`)).json();
  job = (await ask('')) as typeof job;
  files = (await ask('/files')) as typeof files;
});
afterAll(async () => {
  await dispatchers.close();
  await simulator.close();
});

it.each([
  // What we ask for.
  ['priority', 5],
  ['overwrite_flag', 'Y'],
  ['verify_checksum', 'b'],
  ['retry', -1],
  // What FTS is to leave alone.
  ['job_type', 'N'],
  ['bring_online', -1],
  ['copy_pin_lifetime', -1],
  ['archive_timeout', -1],
  ['dst_file_report', false],
  ['retry_delay', 0],
  ['internal_job_params', null],
])('FTS has %s as %j', (name, value) => {
  expect(job[name]).toEqual(value);
});

it('takes the time in the queue as seconds', () => {
  expect(job['max_time_in_queue']).toBeCloseTo(Date.now() / 1000 + 36_000, -2);
});

it('has activity, size, checksum and our key of each file', () => {
  expect(files).toEqual([
    expect.objectContaining({
      activity: 'ASO',
      user_filesize: 1024,
      checksum: 'ADLER32:0a1b2c3d',
      file_metadata: { key: 'key-1' },
    }),
  ]);
});
