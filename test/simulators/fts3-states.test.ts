import { describe, expect, it } from 'vitest';
import { aNumber, aString, eventually, fileOf, startFts, type WireFile } from './fts3-helpers.ts';

/** Copies that take no time and move nothing: what is tested here is everything else. */
const instant = { instant: true };
const hanging = { ...instant, transferFaults: [{ url: '.', outcome: 'hang' as const }] };

describe('states', () => {
  it('takes files through READY and ACTIVE and holds two per link', async () => {
    const fts = await startFts(hanging);
    const jobId = await fts.submit([fileOf('a'), fileOf('b'), fileOf('c')]);
    await eventually(() => fts.job(jobId)?.files[1]?.state === 'ACTIVE', 'second file ACTIVE');
    expect(fts.job(jobId)?.state).toBe('ACTIVE');
    expect(fts.job(jobId)?.files.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'SUBMITTED']);
    expect(fts.job(jobId)?.files[0]?.history.map(({ state }) => state)).toEqual(['SUBMITTED', 'READY', 'ACTIVE']);
  });

  it('starts the higher priority first, also after a change', async () => {
    const fts = await startFts({ ...hanging, activePerLink: 1 });
    const blocker = await fts.submit([fileOf('blocker')]);
    // Before anything of a higher priority is there to be started instead.
    await fts.until(blocker, 'ACTIVE');
    const low = await fts.submit([fileOf('low')], { priority: 1 });
    const high = await fts.submit([fileOf('high')], { priority: 4 });
    expect((await fts.ask('POST', `/jobs/${low}`, { params: { priority: 7 } })).body).toMatchObject({ priority: 7 });
    await fts.ask('DELETE', `/jobs/${blocker}`);
    await fts.until(low, 'ACTIVE');
    expect(fts.job(high)?.state).toBe('SUBMITTED');
  });

  it.each([
    ['FINISHED', []],
    ['FAILED', ['a', 'b']],
    ['FINISHEDDIRTY', ['b']],
  ])('ends a job %s when %j fail', async (state, failing) => {
    const transferFaults = failing.map((name) => ({
      url: `/${name}$`,
      outcome: { fail: 'SOURCE [2] No such file or directory' },
    }));
    const fts = await startFts({ ...instant, transferFaults });
    const jobId = await fts.submit([fileOf('a'), fileOf('b')]);
    await fts.until(jobId, state);
    const { body: job } = await fts.ask<{ job_finished: string; reason: string }>('GET', `/jobs/${jobId}`);
    expect(job.job_finished).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(job.reason).toBe(
      state === 'FINISHED' ? '' : 'One or more files failed. Please have a look at the details for more information',
    );
  });

  it('retries what is recoverable after the delay and keeps the reasons of the attempts', async () => {
    const reason =
      'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: copy HTTP 507 : Insufficient Storage';
    const fts = await startFts({
      ...instant,
      retrySecondMs: 1,
      transferFaults: [{ url: '.', times: 2, outcome: { fail: reason } }],
    });
    const jobId = await fts.submit([fileOf('a')], { retry: 3, retry_delay: 5 });
    await fts.until(jobId, 'FINISHED');
    const [file] = (await fts.ask<WireFile[]>('GET', `/jobs/${jobId}/files`)).body;
    expect(file).toMatchObject({ retry: 2, reason: '', file_state: 'FINISHED' });
    const { body: retries } = await fts.ask('GET', `/jobs/${jobId}/files/${file?.file_id}/retries`);
    expect(retries).toMatchObject([
      { attempt: 1, reason, file: { file_id: file?.file_id } },
      { attempt: 2, reason },
    ]);
    expect(fts.job(jobId)?.files[0]?.attempts).toHaveLength(3);
  });

  it.each([
    ['no-such-file', 'SOURCE [2] No such file or directory', {}, 0],
    ['negative retry', 'TRANSFER [5] x', { retry: -1 }, 0],
    ['script says so', 'SOURCE [2] x', { retry: 2 }, 2],
  ])('decides about retries: %s', async (name, fail, params, retries) => {
    const recoverable = name === 'script says so' ? { recoverable: true } : {};
    const fts = await startFts({
      ...instant,
      retrySecondMs: 1,
      transferFaults: [{ url: '.', outcome: { fail, ...recoverable } }],
    });
    const jobId = await fts.submit([fileOf('a')], { retry: 3, retry_delay: 1, ...params });
    await fts.until(jobId, 'FAILED');
    expect(fts.job(jobId)?.files[0]).toMatchObject({ retries, reason: fail });
  });

  it('cancels what still waits when the time in the queue is over, and lets the rest run', async () => {
    const fts = await startFts({ ...hanging, activePerLink: 1, expiryCheckMs: 20 });
    const jobId = await fts.submit([fileOf('a'), fileOf('b')], { max_time_in_queue: '1s' });
    await eventually(() => fts.job(jobId)?.files[1]?.state === 'CANCELED', 'expiry');
    const [running, expired] = (await fts.ask<WireFile[]>('GET', `/jobs/${jobId}/files`)).body;
    expect(running?.file_state).toBe('ACTIVE');
    expect(expired?.reason).toBe(
      'Job has been canceled because it stayed in the queue for too long (max-time-in-queue timeout)',
    );
    expect(expired?.finish_time).not.toBeNull();
  });

  it('runs the files of a session-reuse job one after the other', async () => {
    const fts = await startFts(hanging);
    const jobId = await fts.submit([fileOf('a'), fileOf('b')], { reuse: true });
    await fts.until(jobId, 'ACTIVE');
    expect(fts.job(jobId)?.files.map(({ state }) => state)).toEqual(['ACTIVE', 'READY']);
    expect(fts.job(jobId)?.history.map(({ state }) => state)).toEqual(['SUBMITTED', 'READY', 'ACTIVE']);
  });

  it('goes hop by hop and stops at the first that fails', async () => {
    const fts = await startFts({ ...instant, transferFaults: [{ url: 'hop2', outcome: { fail: 'TRANSFER [5] x' } }] });
    const jobId = await fts.submit([fileOf('hop1'), fileOf('hop2'), fileOf('hop3')], { multihop: true });
    await fts.until(jobId, 'FAILED');
    expect(fts.job(jobId)?.files.map(({ state }) => state)).toEqual(['FINISHED', 'FAILED', 'NOT_USED']);
  });

  it('tries the next replica when one fails', async () => {
    const fts = await startFts({ ...instant, transferFaults: [{ url: 'bad', outcome: { fail: 'SOURCE [5] x' } }] });
    const sources = ['davs://bad.example/f', 'davs://good.example/f'];
    const jobId = await fts.submit([{ sources, destinations: ['davs://b.example/f'] }]);
    await fts.until(jobId, 'FINISHED');
    expect(fts.job(jobId)?.files.map(({ state }) => state)).toEqual(['FAILED', 'FINISHED']);
  });

  it('has tens of thousands of files wait without effort', async () => {
    const fts = await startFts({ ...instant, activePerLink: 50 });
    const files = Array.from({ length: 20_000 }, (_, at) => fileOf(`many/${at}`));
    await fts.until(await fts.submit(files), 'FINISHED');
  });
});

describe('cancelling', () => {
  it('cancels a whole job at once and fills the finish time of running files later', async () => {
    const fts = await startFts({ ...hanging, activePerLink: 1, cancelGraceMs: 200 });
    const jobId = await fts.submit([fileOf('a'), fileOf('b')]);
    await fts.until(jobId, 'ACTIVE');
    const answer = await fts.ask('DELETE', `/jobs/${jobId}`);
    expect(answer).toMatchObject({
      status: 200,
      body: { job_state: 'CANCELED', cancel_job: true, http_status: '200 Ok', http_message: null },
    });
    expect((await fts.ask('GET', `/jobs/${jobId}/files`)).body).toMatchObject([
      { file_state: 'CANCELED', reason: 'Job canceled by the user', finish_time: null },
      { file_state: 'CANCELED', reason: 'Job canceled by the user', finish_time: aString },
    ]);
    await eventually(() => fts.job(jobId)?.files[0]?.finishTime !== null, 'finish time');
    expect(fts.job(jobId)?.files[0]?.attempts).toMatchObject([{ reason: 'aborted' }]);
  });

  it('answers 200 with 304 in the body for a job that is over, and notes every DELETE', async () => {
    const fts = await startFts(instant);
    const jobId = await fts.submit([fileOf('a')]);
    await fts.until(jobId, 'FINISHED');
    expect(await fts.ask('DELETE', `/jobs/${jobId}`)).toMatchObject({
      status: 200,
      body: { http_status: '304 Not Modified', http_message: 'The job is in a terminal state', job_state: 'FINISHED' },
    });
    expect(fts.deletions()).toMatchObject([{ jobIds: [jobId], fileIds: null, at: aNumber }]);
  });

  it('lists terminal and unknown jobs before those it cancelled', async () => {
    const fts = await startFts({ ...instant, transferFaults: [{ url: 'hang', outcome: 'hang' }] });
    const over = await fts.submit([fileOf('a')]);
    await fts.until(over, 'FINISHED');
    const open = await fts.submit([fileOf('hang')]);
    const both = await fts.ask<{ job_id: string }[]>('DELETE', `/jobs/${open},${over}`);
    expect([both.status, ...both.body.map((job) => job.job_id)]).toEqual([200, over, open]);
    expect((await fts.ask('DELETE', `/jobs/${over},nope`)).status).toBe(207);
    expect((await fts.ask('DELETE', '/jobs/nope')).status).toBe(404);
  });

  it('cancels single files with their finish time set, and the job with its last open file', async () => {
    const fts = await startFts({ ...hanging, activePerLink: 1 });
    const jobId = await fts.submit([fileOf('a'), fileOf('b')]);
    await fts.until(jobId, 'ACTIVE');
    const [a, b] = fts.job(jobId)?.files ?? [];
    expect((await fts.ask('DELETE', `/jobs/${jobId}/files/${a?.fileId}`)).text).toBe('"CANCELED"');
    expect(a).toMatchObject({ state: 'CANCELED', finishTime: aNumber, reason: null });
    expect((await fts.ask('GET', `/jobs/${jobId}`)).body).toMatchObject({ job_state: 'ACTIVE', cancel_job: false });
    // The slot is free although the copy still runs.
    await eventually(() => b?.state === 'ACTIVE', 'second file running');
    expect(a?.attempts).toMatchObject([{ endedAt: null }]);
    const list = await fts.ask('DELETE', `/jobs/${jobId}/files/${a?.fileId},${b?.fileId},99`);
    expect(list.body).toEqual(['CANCELED', 'CANCELED', 'File does not belong to the job']);
    expect(fts.job(jobId)).toMatchObject({ state: 'CANCELED', reason: null });
    expect(fts.deletions()).toMatchObject([{ fileIds: [a?.fileId] }, { fileIds: [a?.fileId, b?.fileId, 99] }]);
  });

  it('makes a job with failed files CANCELED when its last open file is cancelled', async () => {
    const transferFaults = [
      { url: 'bad', outcome: { fail: 'SOURCE [2] x' } },
      { url: 'hang', outcome: 'hang' as const },
    ];
    const fts = await startFts({ ...instant, transferFaults });
    const jobId = await fts.submit([fileOf('bad'), fileOf('hang')]);
    await eventually(() => fts.job(jobId)?.files[0]?.state === 'FAILED', 'first file FAILED');
    await fts.ask('DELETE', `/jobs/${jobId}/files/${fts.job(jobId)?.files[1]?.fileId}`);
    expect(fts.job(jobId)?.state).toBe('CANCELED');
  });

  it('refuses to cancel single files of session-reuse jobs', async () => {
    const fts = await startFts(hanging);
    const jobId = await fts.submit([fileOf('a'), fileOf('b')], { reuse: true });
    const answer = await fts.ask('DELETE', `/jobs/${jobId}/files/${fts.job(jobId)?.files[0]?.fileId}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { message: 'Multihop or reuse jobs must be cancelled at once (Y)' },
    });
  });
});
