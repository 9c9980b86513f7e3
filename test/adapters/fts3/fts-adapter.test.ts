import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_USER } from '../../../src/adapters/credentials/dispatchers.ts';
import { as, fts, NOT_DELEGATED, OTHER_VO, simulator, start, stop, submission, target } from './adapter-kit.ts';
import { transferOf } from './submissions.ts';

const ANONYMOUS = 'anon';

beforeEach(() => start());
afterEach(stop);

const requests = (kind: string): number => simulator.server.counts[kind] ?? 0;

describe('prepare', () => {
  it('tells what job ids are made of', () => {
    expect(target).toEqual({ server: simulator.url, vo: 'cms', baseId: '01874efb-4735-4595-bc9c-591aef8240c9' });
  });

  it('waits for a credential where FTS takes us for nobody', async () => {
    const prepared = fts.prepare(simulator.url, as(ANONYMOUS));
    await expect(prepared).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it('waits for a server that is away', async () => {
    simulator.server.faults.outage(60_000);
    const prepared = fts.prepare(simulator.url, NO_USER);
    await expect(prepared).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
  });
});

describe('submit', () => {
  it('makes the job under the expected id', async () => {
    const sent = submission({ transfers: [transferOf(1), transferOf(2, { adler32: null })], overwrite: true });
    expect(await fts.submit(target, NO_USER, sent)).toBe(sent.expectedJobId);
    expect(simulator.job(sent.expectedJobId)).toMatchObject({
      metadata: { issuer: 'ASO', task: sent.task, user: 'jdoe', digest: sent.digest },
      files: [{ metadata: { key: 'key-1' }, checksum: 'ADLER32:0a1b2c3d', userSize: 1024 }, { checksum: 'ADLER32' }],
    });
  });

  it.each([
    ['the answer is lost', { action: 'drop-after' } as const, 1],
    ['the connection is dropped before', { action: 'drop-before' } as const, 2],
    ['a front end answers 503 before the job is made', { action: 'answer' } as const, 2],
    ['a front end answers 502 after the job is made', { action: 'answer-after', status: 502 } as const, 1],
    ['an HTML page comes with status 200', { action: 'answer-after', status: 200 } as const, 1],
    ['the id that comes is none', { action: 'answer-after', status: 200, body: '{"job_id":"../archive"}' } as const, 1],
    ['FTS fails in itself', { action: 'answer-after', status: 500, body: '{"message":"oops"}' } as const, 1],
  ])('makes one job where %s', async (_what, fault, posts) => {
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', times: 1, ...fault });
    const sent = submission();
    expect(await fts.submit(target, NO_USER, sent)).toBe(sent.expectedJobId);
    expect(simulator.jobs()).toHaveLength(1);
    expect(requests('POST /jobs')).toBe(posts);
  });

  it('makes one job where the POST outlasts its time-out', async () => {
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', times: 1, delayMs: 700 });
    const sent = submission();
    expect(await fts.submit(target, NO_USER, sent)).toBe(sent.expectedJobId);
    expect(simulator.jobs()).toHaveLength(1);
  });

  it('makes one job of many submissions at a time', async () => {
    const sent = submission();
    const ids = await Promise.all(Array.from({ length: 12 }, () => fts.submit(target, NO_USER, sent)));
    expect(new Set(ids)).toEqual(new Set([sent.expectedJobId]));
    expect(simulator.jobs()).toHaveLength(1);
    expect(simulator.refusedSubmissions()).toHaveLength(11);
  });

  it('adopts a job of ours that has been archived meanwhile', async () => {
    const sent = submission();
    await fts.submit(target, NO_USER, sent);
    simulator.archive(sent.expectedJobId);
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', action: 'answer' });
    expect(await fts.submit(target, NO_USER, sent)).toBe(sent.expectedJobId);
  });

  it.each([
    ['another digest', 'digest', { digest: 'e'.repeat(64) }],
    ['a file more', 'destinations', { transfers: [transferOf(1), transferOf(2)] }],
    ['another destination', 'destinations', { transfers: [transferOf(7)] }],
  ])('does not adopt a job with %s', async (_what, difference, over) => {
    await fts.submit(target, NO_USER, submission(over));
    await expect(fts.submit(target, NO_USER, submission())).rejects.toMatchObject({
      type: 'FtsJobMismatch',
      retryable: false,
      message: expect.stringContaining(difference) as string,
    });
    expect(simulator.jobs()).toHaveLength(1);
  });

  it('tells the id of a job that FTS made under another one', async () => {
    const sent = submission();
    const jobId = await fts.submit(target, as(OTHER_VO), sent);
    expect(simulator.jobs().map((job) => job.jobId)).toEqual([jobId]);
    expect(jobId).not.toBe(sent.expectedJobId);
  });

  it('finds a job that FTS made under another id though the answer was lost, and only if it is ours', async () => {
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', times: 1, action: 'drop-after' });
    const sent = submission();
    const jobId = await fts.submit(target, as(OTHER_VO), sent);
    expect(simulator.jobs().map((job) => job.jobId)).toEqual([jobId]);
    const other = fts.submit(target, as(OTHER_VO), { ...sent, digest: 'e'.repeat(64) });
    await expect(other).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
  });

  it('says what FTS refuses', async () => {
    const sent = submission({ transfers: [transferOf(1, { sourcePfn: 'file:///etc/passwd' })] });
    const submitted = fts.submit(target, NO_USER, sent);
    await expect(submitted).rejects.toMatchObject({ type: 'FtsRefused', retryable: false });
    expect(requests('POST /jobs')).toBe(1);
  });

  it('adopts the job although FTS now refuses it', async () => {
    const sent = submission();
    await fts.submit(target, NO_USER, sent);
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', action: 'answer', status: 403, body: '{}' });
    expect(await fts.submit(target, NO_USER, sent)).toBe(sent.expectedJobId);
  });

  it('waits for a delegation, and does not tell the DN', async () => {
    const failure = await fts.submit(target, as(NOT_DELEGATED), submission()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'CredentialUnavailable', retryable: true });
    expect((failure as Error).message).not.toContain('not delegated');
  });

  it('waits for a credential where the one it has turned anonymous', async () => {
    const submitted = fts.submit(target, as(ANONYMOUS), submission());
    await expect(submitted).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it('gives up for now after three rounds', async () => {
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', action: 'answer' });
    const submitted = fts.submit(target, NO_USER, submission());
    await expect(submitted).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
    expect(requests('POST /jobs')).toBe(3);
  });

  it('gives up for now where it cannot look', async () => {
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', action: 'drop-after' });
    simulator.server.faults.add({ method: 'GET', path: '^/jobs', action: 'answer' });
    const sent = submission();
    await expect(fts.submit(target, NO_USER, sent)).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
    expect(simulator.jobs()).toHaveLength(1);
  });

  it('comes back when FTS says, where it is asked for patience', async () => {
    simulator.server.faults.add({ method: 'POST', path: '^/jobs$', action: 'answer', status: 429, body: '{}' });
    const submitted = fts.submit(target, NO_USER, submission());
    await expect(submitted).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
    expect(requests('POST /jobs')).toBe(1);
  });
});

describe('look', () => {
  /** Submits jobs of one file each. */
  async function submitted(count: number): Promise<string[]> {
    const all = Array.from({ length: count }, (_, n) => submission({ sid: `s${n}`, transfers: [transferOf(n)] }));
    return Promise.all(all.map((one) => fts.submit(target, NO_USER, one)));
  }

  it('tells state, key, reason and times of each file', async () => {
    simulator.transferFaults.add({ url: 'store/2$', outcome: { fail: 'SOURCE [2] No such file or directory' } });
    const sent = submission({ transfers: [transferOf(1), transferOf(2)] });
    await fts.submit(target, NO_USER, sent);
    const look = () => fts.look(target, NO_USER, sent.expectedJobId);
    await expect.poll(async () => (await look())?.state).toBe('FINISHEDDIRTY');
    const view = await look();
    expect(view).toMatchObject({
      jobId: sent.expectedJobId,
      digest: sent.digest,
      files: [
        { key: 'key-1', state: 'FINISHED', destinationPfn: 'mock://dst.example/store/1' },
        { key: 'key-2', state: 'FAILED', reason: 'SOURCE [2] No such file or directory', recoverable: false },
      ],
    });
    for (const { fileId, startedAt, finishedAt } of view?.files ?? []) {
      expect(Math.abs((startedAt ?? 0) - (finishedAt ?? 0))).toBeLessThan(10);
      expect(fileId).toBeGreaterThan(0);
      expect(Math.abs((finishedAt ?? 0) - Date.now() / 1000)).toBeLessThan(10);
    }
  });

  it('asks once for looks made together', async () => {
    const ids = await submitted(20);
    const views = await Promise.all([...ids, ...ids].map((jobId) => fts.look(target, NO_USER, jobId)));
    expect(views.map((view) => view?.jobId)).toEqual([...ids, ...ids]);
    expect(views.every((view) => view?.files.length === 1)).toBe(true);
    expect(requests('GET /jobs')).toBe(1);
  });

  it('asks for at most 100 at once', async () => {
    const ids = await submitted(120);
    const views = await Promise.all(ids.map((jobId) => fts.look(target, NO_USER, jobId)));
    expect(views.map((view) => view?.jobId)).toEqual(ids);
    expect(requests('GET /jobs')).toBe(2);
  });

  it('finds an archived job, and null for an unknown one, beside live ones', async () => {
    const [live = '', old = ''] = await submitted(2);
    simulator.archive(old);
    const unknown = submission({ sid: 'never sent' }).expectedJobId;
    const look = (jobId: string) => fts.look(target, NO_USER, jobId);
    const views = await Promise.all([live, old, unknown].map(look));
    expect(views.map((view) => view?.files[0]?.key)).toEqual(['key-0', 'key-1', undefined]);
    expect(views[2]).toBeNull();
    expect(requests('GET /jobs')).toBe(1);
    expect(await look(unknown)).toBeNull();
  });

  it("waits for a credential where a job is another VO's", async () => {
    const [jobId = ''] = await submitted(1);
    const look = fts.look(target, as(OTHER_VO), jobId);
    await expect(look).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it('takes the 500 that FTS has for anonymous requests for what it is', async () => {
    const [jobId = ''] = await submitted(1);
    const look = fts.look(target, as(ANONYMOUS), jobId);
    await expect(look).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it.each([
    ['an HTML page', { action: 'answer' } as const],
    ['an HTML page with 404', { action: 'answer', status: 404 } as const],
    ['another 404 than of the job', { action: 'answer', status: 404, body: '{"message":"no route"}' } as const],
    ['a 500', { action: 'answer', status: 500, body: '{}' } as const],
  ])('never takes %s for an unknown job', async (_what, fault) => {
    const [jobId = ''] = await submitted(1);
    simulator.server.faults.add({ method: 'GET', path: '^/jobs', times: 1, ...fault });
    const look = fts.look(target, NO_USER, jobId);
    await expect(look).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
    expect(await fts.look(target, NO_USER, jobId)).not.toBeNull();
  });
});
