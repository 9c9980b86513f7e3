import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CopyFailure, ERRNO } from '../../src/simulators/fts3/reasons.ts';
import type { CopyPlan } from '../../src/simulators/fts3/instant-copy.ts';
import { startListedStorage, type ListedStorage } from '../../src/simulators/storage/listed-storage.ts';
import { fileOf, startFts } from './fts3-helpers.ts';

const LFN = '/store/user/jdoe/out+x_1.root';

let storage: ListedStorage;
beforeEach(async () => {
  storage = await startListedStorage();
});
afterEach(() => storage.close());

const ask = (method: string, site: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${storage.url}/${site}${LFN.split('/').map(encodeURIComponent).join('/')}`, { method, headers });

describe('a storage without bytes', () => {
  it('shows size and sum, removes once, and counts what it removed', async () => {
    storage.files.put('T2_IT_Pisa', LFN, { size: 1_234, adler32: '0a0b0c0d' });
    const look = await ask('HEAD', 'T2_IT_Pisa', { 'want-digest': 'adler32' });
    expect([look.status, look.headers.get('content-length'), look.headers.get('digest')]).toEqual([
      ...[200, '1234', 'adler32=0a0b0c0d'],
    ]);
    expect((await ask('HEAD', 'T2_CH_CERN')).status).toBe(404);
    expect((await ask('DELETE', 'T2_IT_Pisa')).status).toBe(204);
    expect((await ask('DELETE', 'T2_IT_Pisa')).status).toBe(404);
    expect([storage.files.size, storage.files.removed]).toEqual([0, 1]);
  });

  it('has nothing to read or to write', async () => {
    expect((await ask('GET', 'T2_IT_Pisa')).status).toBe(405);
    expect((await ask('PUT', 'T2_IT_Pisa')).status).toBe(405);
  });
});

describe('copies that are planned', () => {
  const planned = async (copyPlan: CopyPlan) => {
    const fts = await startFts({ instant: true, copyPlan });
    const jobId = await fts.submit([fileOf('f')], {});
    await fts.until(jobId, 'FINISHED', 'FAILED', 'CANCELED');
    return fts.job(jobId);
  };

  it('end well when their time is over, and are entered with the storages then', async () => {
    const arrived: string[] = [];
    const job = await planned({ next: () => ({ ms: 30 }), arrive: (_, to) => void arrived.push(to) });
    expect(job?.files).toMatchObject([{ state: 'FINISHED' }]);
    expect(arrived).toEqual([job?.files[0]?.destination]);
    const [attempt] = job?.files[0]?.attempts ?? [];
    expect((attempt?.endedAt ?? 0) - (attempt?.startedAt ?? 0)).toBeGreaterThanOrEqual(29);
  });

  it('fail as planned, or as a storage refuses them', async () => {
    const arrive = (): never => {
      throw new CopyFailure('SOURCE', ERRNO.ENOENT, 'HTTP 404 : File not found');
    };
    const failed = await planned({ next: () => ({ ms: 0, fail: 'DESTINATION [1] HTTP 403 : Permission refused' }), arrive }); // prettier-ignore
    expect(failed?.files).toMatchObject([{ state: 'FAILED', reason: 'DESTINATION [1] HTTP 403 : Permission refused' }]);
    const refused = await planned({ next: () => ({ ms: 1 }), arrive });
    expect(refused?.files).toMatchObject([{ state: 'FAILED', reason: 'SOURCE [2] HTTP 404 : File not found' }]);
    const expired = await planned({ next: () => ({ ms: 0, fail: 'too long in the queue', cancelled: true }), arrive });
    expect(expired).toMatchObject({ state: 'CANCELED', files: [{ state: 'CANCELED' }] });
  });
});
