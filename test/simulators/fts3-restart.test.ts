import { describe, expect, it } from 'vitest';
import { eventually, fileOf, startFts } from './fts3-helpers.ts';

const hanging = { instant: true, transferFaults: [{ url: '/hang$', outcome: 'hang' as const }] };

describe('a restart', () => {
  it('keeps port and books; copies go on', async () => {
    const fts = await startFts({ instant: true, transferFaults: [{ url: '.', outcome: { slowMs: 300 } }] });
    const jobId = await fts.submit([fileOf('a')]);
    await fts.until(jobId, 'ACTIVE');
    const { url } = fts;
    await fts.restart({ downMs: 50 });
    expect(fts.url).toBe(url);
    expect((await fts.ask('GET', `/jobs/${jobId}`)).body).toMatchObject({ job_state: 'ACTIVE' });
    await fts.until(jobId, 'FINISHED');
  });

  it('drops the requests under way: what was committed stays', async () => {
    const fts = await startFts(hanging);
    fts.server.faults.add({ method: 'POST', path: '^/jobs$', containing: '/late"', delayMs: 300 });
    fts.server.faults.add({ method: 'POST', path: '^/jobs$', containing: '/kept"', stallMs: 60_000 });
    const posts = ['late', 'kept'].map((name) => fts.submit([fileOf(name)]).catch(() => 'no answer'));
    await eventually(() => fts.jobs().length === 1, 'one job committed');
    await fts.restart({ downMs: 400 });
    expect(await Promise.all(posts)).toEqual(['no answer', 'no answer']);
    expect(fts.jobs().map(({ files }) => files[0]?.destination)).toEqual([expect.stringMatching(/kept$/)]);
  });

  it('of its machine loses the copies, which FTS notices by their silence', async () => {
    const fts = await startFts({ ...hanging, stalledAfterMs: 200 });
    const jobId = await fts.submit([fileOf('hang')]);
    await eventually(() => fts.job(jobId)?.files[0]?.state === 'ACTIVE', 'copy running');
    await fts.restart({ copies: 'lost' });
    expect(fts.job(jobId)?.files[0]?.state).toBe('ACTIVE');
    await fts.until(jobId, 'FAILED');
    expect(fts.job(jobId)?.files[0]?.reason).toMatch(/Probably stalled$/);
  });
});

describe('a fault of requests', () => {
  it('may be for those with a certain body only, and counts them', async () => {
    const fts = await startFts(hanging);
    const fault = {
      method: 'POST',
      path: '^/jobs$',
      containing: '/b"',
      action: 'answer',
      status: 500,
      body: '{}',
    } as const;
    const added = fts.server.faults.add({ ...fault, times: 1 });
    const post = async (name: string) => (await fts.ask('POST', '/jobs', { files: [fileOf(name)] })).status;
    expect([await post('a'), await post('b'), await post('b')]).toEqual([200, 500, 200]);
    expect(added).toMatchObject({ seen: 2, used: 1 });
  });

  it('may cut the answer short after acting', async () => {
    const fts = await startFts(hanging);
    fts.server.faults.add({ method: 'POST', path: '^/jobs$', action: 'cut-after' });
    await expect(fts.submit([fileOf('hang')])).rejects.toThrow();
    expect(fts.jobs()).toHaveLength(1);
  });
});
