import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFtsActivities } from '../../src/activities/fts-activities.ts';
import type { SubmitRequest, SubmitResult } from '../../src/activities/fts.types.ts';
import { createAnonymousDispatchers, type Dispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { createFtsAdapter } from '../../src/adapters/fts3/fts-adapter.ts';
import { FAILURE_TYPES } from '../../src/contract/failure-types.ts';
import { uuid5 } from '../../src/domain/digest.ts';
import type { OperatorRules } from '../../src/domain/operations/rules.ts';
import { PortError } from '../../src/ports/errors.ts';
import type { FtsPort } from '../../src/ports/fts.ts';
import type { SiteCatalogPort } from '../../src/ports/storage.ts';
import { startFtsSimulator, type FtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { rulesOf } from '../support/operator-rules.ts';
import { recordOf } from '../domain/model/reports.ts';

const credential = { user: 'alice', group: '', role: '' };
const record = recordOf({ job: 1, file: 0, retry: 0, startTime: 1, publish: false });
const url = (lfn: string): string => `davs://somewhere.example:443${lfn}`;

let simulator: FtsSimulator;
let dispatchers: Dispatchers;
let fts: FtsPort;
/** Whether the sites are described. */
let described = true;

const sites: SiteCatalogPort = {
  copyUrls: (source, sourceLfn, _, destinationLfn) =>
    described
      ? Promise.resolve({ sourcePfn: url(sourceLfn), destinationPfn: url(destinationLfn) })
      : Promise.reject(
          new PortError(FAILURE_TYPES.siteMisconfigured, `${source} is not described`, { retryable: false }),
        ),
  doorUrl: (_, lfn) => Promise.resolve(url(lfn)),
  ftsServers: () => Promise.resolve([]),
};

beforeEach(async () => {
  described = true;
  simulator = await startFtsSimulator({ tickMs: 20 });
  dispatchers = createAnonymousDispatchers();
  fts = createFtsAdapter({ dispatchers });
});
afterEach(async () => {
  await dispatchers.close();
  await simulator.close();
});

async function submit(attempt: number, rules: Partial<OperatorRules> = {}): Promise<SubmitResult> {
  const choice = {
    ...{ sites, defaultFtsServer: simulator.url, ftsAlternatives: [] },
    ...{ rules: rulesOf(rules), serverFault: () => null },
  };
  const activities = createFtsActivities({ fts, ftsActivity: 'ASO', ...choice });
  const target = await fts.prepare(simulator.url, credential);
  const sid = 'run/1/1/digest';
  const request: SubmitRequest = {
    ...{ target, credential, task: '261122_100000:alice_crab_model', batch: 1, sid, digest: 'digest' },
    expectedJobId: uuid5(uuid5(target.baseId, target.vo), sid),
    files: [{ key: 'a', record }],
    ...{ overwrite: false, priority: 3, maxTimeInQueue: 3600, sure: true },
  };
  return new MockActivityEnvironment({ attempt }).run<[], SubmitResult, () => Promise<SubmitResult>>(() =>
    activities.submitFtsJob(request),
  );
}

test('a site whose description is missing holds its files', async () => {
  described = false;
  expect(await submit(1)).toMatchObject({ kind: 'held' });
  expect(await submit(2)).toMatchObject({ kind: 'held' });
  expect(simulator.jobs()).toEqual([]);
});

test('a job that an earlier try has made is no less there for a description that has gone since', async () => {
  await submit(1);
  described = false;
  expect(await submit(2)).toEqual({ kind: 'submitted', jobId: simulator.jobs()[0]?.jobId });
});

const closed: Partial<OperatorRules> = {
  sites: [{ site: record.source, end: 'source', until: null, cancelActive: false, reason: 'full', by: 'bob', at: 1 }],
};

test('what an operator holds is not sent', async () => {
  const reason = `site ${record.source} is closed (source) by bob: full`;
  expect(await submit(1, closed)).toEqual({ kind: 'held', reason, barred: true });
  expect(simulator.jobs()).toEqual([]);
});

test('a submission that may have been sent is not lost sight of, whatever an operator has closed since', async () => {
  await submit(1);
  expect(await submit(2, closed)).toEqual({ kind: 'submitted', jobId: simulator.jobs()[0]?.jobId });
});
