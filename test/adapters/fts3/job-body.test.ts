import { describe, expect, it } from 'vitest';
import { jobBody } from '../../../src/adapters/fts3/job-body.ts';
import { submissionOf, transferOf } from './submissions.ts';

describe('jobBody', () => {
  it('says everything that FTS would otherwise decide by itself', () => {
    const submission = submissionOf({ overwrite: false, priority: 4, maxTimeInQueue: 36_000 });
    expect(jobBody(submission)).toEqual({
      files: [
        {
          sources: ['mock://src.example/store/1'],
          destinations: ['mock://dst.example/store/1'],
          checksum: 'ADLER32:0a1b2c3d',
          filesize: 1024,
          metadata: { key: 'key-1' },
          activity: 'ASO',
        },
      ],
      params: {
        id_generator: 'deterministic',
        sid: submission.sid,
        overwrite: false,
        verify_checksum: 'both',
        priority: 4,
        max_time_in_queue: '36000s',
        retry: -1,
        job_metadata: { issuer: 'ASO', task: submission.task, batch: 7, user: 'jdoe', digest: submission.digest },
      },
    });
  });

  it.each([
    ['both', ['0a1b2c3d', '0a1b2c3e']],
    ['target', ['0a1b2c3d', null]],
    ['none', [null, null]],
  ])('verifies %s for sums %j', (mode, sums) => {
    const transfers = sums.map((adler32, at) => transferOf(at, { adler32 }));
    expect(jobBody(submissionOf({ transfers }))).toMatchObject({ params: { verify_checksum: mode } });
    expect(jobBody(submissionOf({ transfers: [transferOf(1, { adler32: null })] }))).not.toHaveProperty(
      'files.0.checksum',
    );
  });
});
