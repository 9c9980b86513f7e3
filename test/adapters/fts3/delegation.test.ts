import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCredentialFolder } from '../../../src/adapters/credentials/credential-folder.ts';
import { createDispatchers } from '../../../src/adapters/credentials/dispatchers.ts';
import { createTrustAnchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import { Delegator } from '../../../src/adapters/fts3/delegator.ts';
import { createFtsAdapter } from '../../../src/adapters/fts3/fts-adapter.ts';
import type { CredentialRef } from '../../../src/domain/file.ts';
import type { PortError } from '../../../src/ports/errors.ts';
import type { FtsPort, FtsTarget } from '../../../src/ports/fts.ts';
import { makeToken } from '../../../src/simulators/bearer-token.ts';
import { startFtsSimulator, type FtsSimulator } from '../../../src/simulators/fts3/simulator.ts';
import { createSimulatedPki, type SimulatedPki } from '../../../src/simulators/pki/simulated-pki.ts';
import { submissionOf } from './submissions.ts';

const HOUR_S = 3600;
const HOUR_MS = HOUR_S * 1000;
const ALICE: CredentialRef = { user: 'alice', group: '', role: '' };

let folder: string;
let pki: SimulatedPki;
let simulator: FtsSimulator;
let ours: Process;
let submitted: number;

/** What a worker process has: connections and a memory of delegations of its own. */
interface Process {
  fts: FtsPort;
  delegator: Delegator;
  close(): Promise<void>;
}

function startProcess(): Process {
  const store = createCredentialFolder(pki.credentials);
  const dispatchers = createDispatchers({ store, trust: createTrustAnchors({ path: pki.trust }) });
  const delegator = new Delegator({ dispatchers, store, lifetime: 48, renewBelow: 24 });
  const fts = createFtsAdapter({ dispatchers, delegator, coalesceMs: 5 });
  return { fts, delegator, close: () => dispatchers.close() };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aso-delegation-'));
  pki = await createSimulatedPki(folder, ['alice']);
  await pki.renewProxy('alice', 96 * HOUR_S);
  simulator = await startFtsSimulator({
    ...{ tickMs: 20, instant: true, tls: pki.server, unknownVo: null },
    identities: [
      { dn: pki.dnOf('alice'), vo: 'cms' },
      { dn: 'subject of alice', vo: 'cms' },
    ],
  });
  ours = startProcess();
  submitted = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await ours.close();
  await simulator.close();
  await rm(folder, { recursive: true });
});

/** Submits one more job. */
async function submit(process = ours, ref = ALICE): Promise<string> {
  const target: FtsTarget = await process.fts.prepare(simulator.url, ref);
  submitted += 1;
  return process.fts.submit(target, ref, submissionOf({ sid: `sid-${submitted}` }, target));
}

/** What an error tells, having made sure that it tells no secret. */
async function failureOf(work: Promise<unknown>): Promise<Pick<PortError, 'type' | 'retryable' | 'message'>> {
  const failure = await work.then(
    () => ({ type: 'none', retryable: false, message: 'it did not fail' }),
    (error: unknown) => error as PortError,
  );
  expect(failure.message).not.toMatch(/DC ?=|CN ?=|BEGIN|PRIVATE|eyJ/);
  expect(failure.message).not.toContain(folder);
  return failure as PortError;
}

const WAITS = { type: 'CredentialUnavailable', retryable: true };
const OUTAGE = { type: 'FtsUnavailable', retryable: true };

/** Moves the clock of this process, simulator included, on by so many hours. */
const pass = (hours: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * HOUR_MS });
};

const delegations = (): number => simulator.delegations().length;
const hoursLeft = (): number => ((simulator.delegations().at(-1)?.notAfter ?? 0) - Date.now()) / HOUR_MS;

describe('a submission over TLS', () => {
  it('delegates first: for 48 hours, as the owner, once', async () => {
    await submit();
    expect(simulator.delegations()).toMatchObject([{ userDn: pki.dnOf('alice') }]);
    expect(hoursLeft()).toBeGreaterThan(47.9);
    expect(hoursLeft()).toBeLessThanOrEqual(48);
    expect(simulator.jobs()).toMatchObject([{ userDn: pki.dnOf('alice') }]);
    await submit();
    expect(simulator.server.counts).toMatchObject({ 'GET /delegation': 2, 'PUT /delegation': 1, 'POST /jobs': 2 });
  });

  it('shares one delegation with all others of its time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => submit()));
    expect(simulator.jobs()).toHaveLength(20);
    expect(simulator.server.counts).toMatchObject({ 'GET /delegation': 2, 'PUT /delegation': 1, 'POST /jobs': 20 });
  });

  it('finds what another process has delegated', async () => {
    await submit();
    const other = startProcess();
    await submit(other);
    await other.close();
    expect(delegations()).toBe(1);
  });

  it('succeeds in two processes at the same moment, though FTS keeps the key of one only', async () => {
    const others = Array.from({ length: 3 }, () => startProcess());
    await Promise.all([ours, ...others].map((process) => submit(process)));
    expect(simulator.jobs()).toHaveLength(4);
    await Promise.all(others.map((process) => process.close()));
  });

  it('delegates anew when less than 24 hours are left, and not before', async () => {
    await submit();
    pass(23);
    await submit();
    expect(delegations()).toBe(1);
    pass(2);
    await submit();
    expect(delegations()).toBe(2);
    expect(hoursLeft()).toBeGreaterThan(47.9);
  });

  it('ends with its proxy, and is not repeated while that is the same', async () => {
    await pki.renewProxy('alice', 5 * HOUR_S);
    for (let i = 0; i < 3; i++) await submit();
    expect(delegations()).toBe(1);
    expect(hoursLeft()).toBeLessThan(5);
    await pki.renewProxy('alice', 96 * HOUR_S);
    await submit();
    expect(delegations()).toBe(2);
    expect(hoursLeft()).toBeGreaterThan(47.9);
  });

  it('delegates at once where FTS has lost what it held (419): one job each, one delegation for all', async () => {
    await submit();
    const other = startProcess();
    await other.delegator.revoke(simulator.url, ALICE);
    await other.close();
    await Promise.all(Array.from({ length: 10 }, () => submit()));
    expect(simulator.jobs()).toHaveLength(11);
    expect(delegations()).toBe(2);
  });

  it('needs no delegation with a token', async () => {
    await rm(join(pki.credentials, 'alice/proxy.pem'));
    await writeFile(join(pki.credentials, 'alice/token'), makeToken('subject of alice', HOUR_S), { mode: 0o600 });
    await submit();
    expect(simulator.jobs()).toMatchObject([{ userDn: 'subject of alice' }]);
    expect(simulator.server.counts).not.toHaveProperty('GET /delegation');
  });
});

describe('following', () => {
  it('keeps the delegation fresh', async () => {
    const target = await ours.fts.prepare(simulator.url, ALICE);
    const jobId = await submit();
    pass(25);
    expect(await ours.fts.look(target, ALICE, jobId)).not.toBeNull();
    await expect.poll(delegations).toBe(2);
  });

  it('does not suffer where that fails, nor try again at every look', async () => {
    const target = await ours.fts.prepare(simulator.url, ALICE);
    const jobId = await submit();
    simulator.server.faults.add({ method: 'PUT', path: '/delegation', action: 'answer', status: 500 });
    pass(25);
    for (let i = 0; i < 5; i++) expect(await ours.fts.look(target, ALICE, jobId)).not.toBeNull();
    await expect.poll(() => simulator.server.counts['PUT /delegation']).toBe(2);
    for (let i = 0; i < 5; i++) expect(await ours.fts.look(target, ALICE, jobId)).not.toBeNull();
    expect(simulator.server.counts['PUT /delegation']).toBe(2);
  });
});

describe('files wait for a credential, and go on when there is one,', () => {
  it('where the proxy has expired', async () => {
    await pki.renewProxy('alice', -60);
    const failure = await failureOf(submit());
    expect(failure).toMatchObject(WAITS);
    expect(failure.message).toMatch(/^no credential of alice: expired 2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await pki.renewProxy('alice', 96 * HOUR_S);
    await submit();
  });

  it('where there is none', async () => {
    await rm(join(pki.credentials, 'alice/proxy.pem'));
    expect(await failureOf(submit())).toMatchObject(WAITS);
    await pki.renewProxy('alice', 96 * HOUR_S);
    await submit();
  });

  it('where less than an hour of it is left', async () => {
    await pki.renewProxy('alice', 0.9 * HOUR_S);
    const failure = await failureOf(submit());
    expect(failure).toMatchObject(WAITS);
    expect(failure.message).toMatch(/^the credential of alice ends 2.*: FTS takes no job with less than an hour left$/);
    expect(simulator.server.counts['POST /jobs']).toBeUndefined();
    await pki.renewProxy('alice', 96 * HOUR_S);
    await submit();
  });

  it('where FTS does not know the user', async () => {
    await pki.renewProxy('mallory');
    expect(await failureOf(submit(ours, { ...ALICE, user: 'mallory' }))).toMatchObject(WAITS);
  });

  it('where it ends between two submissions', async () => {
    await pki.renewProxy('alice', 30 * HOUR_S);
    await submit();
    pass(31);
    expect(await failureOf(submit())).toMatchObject(WAITS);
    await pki.renewProxy('alice', 96 * HOUR_S);
    await submit();
  });

  it.each([
    [403, 1],
    [400, 4],
  ])('where FTS refuses the delegated proxy with %i, %i times', async (status, times) => {
    const message =
      'Could not process the proxy: The subject and the issuer of the proxy do not match: DC=org, DC=example, CN=alice, CN=1 != DC=org, DC=example, CN=alice';
    const body = JSON.stringify({ status: `${status} Refused`, message });
    simulator.server.faults.add({ method: 'PUT', path: '/delegation', times, action: 'answer', status, body });
    const failure = await failureOf(submit());
    expect(failure).toMatchObject(WAITS);
    expect(failure.message).toContain('Could not process the proxy');
    await submit();
  });
});

describe('an outage', () => {
  it.each([
    ['GET', '/delegation/[0-9a-f]+$', { action: 'answer', status: 500 }],
    ['GET', '/request', { action: 'answer', status: 503 }],
    ['GET', '/request', { action: 'answer', status: 200, body: 'not a certificate request' }],
    ['PUT', '/credential', { action: 'drop-before' }],
    ['PUT', '/credential', { action: 'drop-after' }],
    ['GET', '/delegation/[0-9a-f]+$', { action: 'answer', status: 200, body: '"nonsense"' }],
  ] as const)('of %s %s is none of the credential: %j', async (method, path, fault) => {
    simulator.server.faults.add({ method, path, times: 1, ...fault });
    expect(await failureOf(submit())).toMatchObject(OUTAGE);
    await submit();
    expect(simulator.jobs()).toHaveLength(1);
  });

  it('a proxy that does not fit the key of the moment is made once more', async () => {
    const body = '{"status":"400 Bad Request","message":"Could not process the proxy: other key"}';
    simulator.server.faults.add({ method: 'PUT', path: '/credential', times: 1, action: 'answer', status: 400, body });
    await submit();
    expect(simulator.server.counts['PUT /delegation']).toBe(2);
  });
});

describe('revoke', () => {
  it('takes back what FTS holds, and minds nothing where there is nothing', async () => {
    await submit();
    await ours.delegator.revoke(simulator.url, ALICE);
    await ours.delegator.revoke(simulator.url, ALICE);
    expect(simulator.server.counts['DELETE /delegation']).toBe(2);
    await submit();
    expect(delegations()).toBe(2);
  });
});
