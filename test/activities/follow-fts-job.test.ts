import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFollowActivities } from '../../src/activities/follow-activities.ts';
import type { FollowResult } from '../../src/activities/follow.types.ts';
import { createAnonymousDispatchers, type Dispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { createFtsAdapter } from '../../src/adapters/fts3/fts-adapter.ts';
import { FAILURE_TYPES } from '../../src/contract/failure-types.ts';
import { uuid5 } from '../../src/domain/digest.ts';
import type { Errand } from '../../src/domain/operations/hold.ts';
import type { OperatorRules } from '../../src/domain/operations/rules.ts';
import type { FtsPort } from '../../src/ports/fts.ts';
import { startFtsSimulator, type FtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { rulesOf } from '../support/operator-rules.ts';

const credential = { user: 'alice', group: '', role: '' };
const errand = { task: '261122_100000:alice_crab_x', user: 'alice', source: 'T2_IT_Pisa', destination: 'T2_CH_CERN' };
const note = { reason: 'why', by: 'bob', at: 1 };
const NOTHING_NEW = { type: FAILURE_TYPES.nothingNew };

let simulator: FtsSimulator;
let dispatchers: Dispatchers;
let fts: FtsPort;
beforeAll(async () => {
  // Nothing leaves its queue.
  simulator = await startFtsSimulator({ tickMs: 3_600_000 });
  dispatchers = createAnonymousDispatchers();
  fts = createFtsAdapter({ dispatchers });
});
afterAll(async () => {
  await dispatchers.close();
  await simulator.close();
});

/** What follows one job in FTS, whose copy never begins, and asks for others, as one worker with these rules. */
async function worker(name: string, rules: Partial<OperatorRules>) {
  const activities = createFollowActivities({ fts, rules: rulesOf(rules), heldFollowers: 1 });
  const target = await fts.prepare(simulator.url, credential);
  const jobId = uuid5(uuid5(target.baseId, target.vo), name);
  const url = (site: string): string => `davs://${site}.example:443/store/${name}.root`;
  await fts.submit(target, credential, {
    ...{ sid: name, expectedJobId: jobId, digest: 'digest', task: errand.task, batch: 1, user: 'alice' },
    ...{ overwrite: false, priority: 3, maxTimeInQueue: 3600, activity: 'ASO' },
    transfers: [{ key: 'a', sourcePfn: url('a'), destinationPfn: url('b'), size: 1, adler32: null }],
  });
  const times = { followFirst: 1, followMax: 1, followGrid: 0.01, giveUpAt: Infinity, giveUpReason: 'late' };
  const request = { target, credential, jobId, digest: 'digest', keys: ['a'], errand, ...times };
  const run = <R>(attempt: number, work: () => Promise<R>): Promise<R> =>
    new MockActivityEnvironment({ attempt }).run<[], R, () => Promise<R>>(work);
  return {
    look: (): Promise<FollowResult> => run(2, () => activities.followFtsJob(request)),
    /** The first attempt, at a job that FTS has lost; and what tells its worker to end. */
    begin: () => {
      const environment = new MockActivityEnvironment({
        scheduledTimestampMs: 1,
        currentAttemptScheduledTimestampMs: 1,
      });
      const end = environment.run<[], FollowResult, () => Promise<FollowResult>>(() =>
        activities.followFtsJob({ ...request, jobId: randomUUID() }),
      );
      return { end, stop: () => environment.cancel() };
    },
    askFor: (who: string, attempt = 2, what: Errand = errand): Promise<{ held: string | null }> =>
      run(attempt, () => activities.awaitPermission({ ...what, who, reason: 'it was held' })),
  };
}

test('whoever follows a job that was sent before does not take the turn of the batch that is to go and see', async () => {
  const trip = { kind: 'site', name: errand.source, end: 'source', armed: true, until: 1, inRow: 1, ...note } as const;
  const { look, askFor } = await worker('probe', { trips: [trip] });
  await expect(look()).rejects.toMatchObject(NOTHING_NEW);
  expect(await askFor('b2')).toEqual({ held: null });
});

test('what FTS has of a site is called back also where something else holds it, too', async () => {
  const closed = { site: errand.source, end: 'source', until: null, cancelActive: true, ...note } as const;
  const paused = { until: null, ...note };
  const { look } = await worker('recall', { paused, sites: [closed] });
  expect(await look()).toEqual({ kind: 'recalled', reason: `site ${errand.source} is closed (source) by bob: why` });
});

test('what was held just now asks after a pause: two workers that know different rules must not send it to and fro', async () => {
  const { askFor } = await worker('pause', {});
  await expect(askFor('b1', 1)).rejects.toMatchObject(NOTHING_NEW);
  expect(await askFor('b1', 2)).toEqual({ held: null });
});

test('a first pause is held, and ends in a look; where there is no room for it, or its worker is to end, Temporal waits', async () => {
  const { begin } = await worker('held', {});
  const held = begin();
  await expect(begin().end).rejects.toMatchObject(NOTHING_NEW);
  expect(await held.end).toEqual({ kind: 'gone' });
  // There is room again.
  const stopped = begin();
  stopped.stop();
  await expect(stopped.end).rejects.toMatchObject(NOTHING_NEW);
});
