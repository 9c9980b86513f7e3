import { expect, test } from 'vitest';
import { createStorageActivities } from '../../src/activities/storage-activities.ts';
import { FAILURE_TYPES } from '../../src/contract/failure-types.ts';
import { PortError } from '../../src/ports/errors.ts';
import { recordOf } from '../domain/model/reports.ts';

const refusal = (): Promise<never> =>
  Promise.reject(new PortError(FAILURE_TYPES.credential, 'no credential of alice', { retryable: true }));
const url = (): Promise<string> => Promise.resolve('davs://somewhere.example/file');

/** Looks as an owner who has no credential. */
const activities = createStorageActivities({
  storage: { look: refusal, remove: refusal },
  sites: {
    copyUrls: () => Promise.reject(new Error('not asked')),
    doorUrl: url,
    ftsServers: () => Promise.resolve([]),
  },
});
const credential = { user: 'alice', group: '', role: '' };
const record = recordOf({ job: 1, file: 0, retry: 0, startTime: 1, publish: false });

test.each([
  ['as long as it takes', null],
  ['until then', Date.now() + 3_600_000],
])('without a credential looks wait by themselves %s', async (_, waitUntil) => {
  const files = [{ key: 'a', record, removeSource: true, needsSum: false }];
  await expect(activities.settleFiles({ credential, waitUntil, files })).rejects.toThrow('no credential of alice');
  await expect(activities.removeArrived({ credential, waitUntil, files })).rejects.toThrow('no credential of alice');
});

test('afterwards they say that nothing could be asked', async () => {
  const terms = { credential, waitUntil: Date.now() - 1 };
  const files = [{ key: 'a', record, removeSource: true, needsSum: false }];
  expect(await activities.settleFiles({ ...terms, files })).toMatchObject([
    { destination: 'unasked', source: 'untouched' },
  ]);
  expect(await activities.removeArrived({ ...terms, files })).toEqual([{ key: 'a', found: 'unasked' }]);
});
