import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_USER } from '../../../src/adapters/credentials/dispatchers.ts';
import { as, fts, OTHER_VO, simulator, start, stop, submission, target } from './adapter-kit.ts';
import { transferOf } from './submissions.ts';

beforeEach(() => start());
afterEach(stop);

describe('cancel', () => {
  it('cancels jobs together; terminal and unknown ones are fine', async () => {
    simulator.transferFaults.add({ url: 'store/[23]$', outcome: 'hang' });
    const all = [1, 2, 3].map((n) => submission({ sid: `s${n}`, transfers: [transferOf(n)] }));
    await Promise.all(all.map((one) => fts.submit(target, NO_USER, one)));
    await expect.poll(() => simulator.jobs().map(({ state }) => state)).toContain('FINISHED');
    const unknown = submission({ sid: 'never sent' });
    const ids = [...all, unknown].map(({ expectedJobId }) => expectedJobId);
    await Promise.all(ids.map((jobId) => fts.cancel(target, NO_USER, jobId)));
    expect(simulator.jobs().map(({ state }) => state).sort()).toEqual(['CANCELED', 'CANCELED', 'FINISHED']); // prettier-ignore
    expect(simulator.deletions()).toHaveLength(1);
    await fts.cancel(target, NO_USER, unknown.expectedJobId);
    await fts.cancel(target, NO_USER, all[0]?.expectedJobId ?? '');
  });

  it('waits for FTS, and repeats without harm', async () => {
    simulator.transferFaults.add({ url: '.', outcome: 'hang' });
    const jobId = await fts.submit(target, NO_USER, submission());
    simulator.server.faults.add({ method: 'DELETE', path: '.', times: 1, action: 'drop-after' });
    await expect(fts.cancel(target, NO_USER, jobId)).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
    await fts.cancel(target, NO_USER, jobId);
    expect(simulator.job(jobId)?.state).toBe('CANCELED');
  });

  it("waits for a credential where a job is another VO's", async () => {
    const jobId = await fts.submit(target, NO_USER, submission());
    const cancelled = fts.cancel(target, as(OTHER_VO), jobId);
    await expect(cancelled).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it('cancels single files', async () => {
    simulator.transferFaults.add({ url: '.', outcome: 'hang' });
    const sent = submission({ transfers: [transferOf(1), transferOf(2), transferOf(3)] });
    const jobId = await fts.submit(target, NO_USER, sent);
    const files = (await fts.look(target, NO_USER, jobId))?.files ?? [];
    const idOf = (key: string): number => files.find((file) => file.key === key)?.fileId ?? 0;
    await fts.cancelFiles(target, NO_USER, jobId, [idOf('key-1'), idOf('key-3')]);
    await fts.cancelFiles(target, NO_USER, jobId, [idOf('key-1')]);
    const states = (await fts.look(target, NO_USER, jobId))?.files.map(({ state }) => state);
    expect([states?.[0], states?.[2]]).toEqual(['CANCELED', 'CANCELED']);
    expect(states?.[1]).not.toBe('CANCELED');
  });

  it("refuses to cancel another job's file", async () => {
    const jobId = await fts.submit(target, NO_USER, submission());
    const cancelled = fts.cancelFiles(target, NO_USER, jobId, [1]);
    await expect(cancelled).rejects.toMatchObject({ type: 'FtsRefused', retryable: false });
  });

  it('has nothing to do for files of an unknown job', async () => {
    await fts.cancelFiles(target, NO_USER, submission().expectedJobId, [1]);
  });
});
