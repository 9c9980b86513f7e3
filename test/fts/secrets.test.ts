import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { makeToken } from '../../src/simulators/bearer-token.ts';
import type { SimulatedPki } from '../../src/simulators/pki/simulated-pki.ts';
import { startOwnedProcess, type OwnedProcess } from '../../src/workers/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { everythingTemporalKeeps } from '../support/histories.ts';
import { FAST, startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const TOKEN = makeToken('ted', 3600);

let world: World;
let rig: Rig;
let pki: SimulatedPki;
let folder: string;
let worker: OwnedProcess;
let metricsUrl: string;
let log = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aso-secrets-'));
  // Who uses a token is known by its subject, which no certificate has.
  world = await startWorld({ unknownVo: 'cms' }, { tls: { users: ['alice', 'bob', 'carol', 'ted', '_service'] } });
  pki = world.pki as SimulatedPki;
  await rm(join(pki.credentials, 'ted', 'proxy.pem'));
  await writeFile(join(pki.credentials, 'ted', 'token'), TOKEN, { mode: 0o600 });
  rig = await startRig(world);
  // A worker of its own, as in production, whose every word is kept.
  await rig.stopWorkers();
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${metricsAddress}/metrics`;
  const env = {
    ...(await simulatedEnvironment(world, rig.server, folder, FAST)),
    ...{ ASO_CREDENTIALS: pki.credentials, ASO_TRUST_ANCHORS: pki.trust },
    ...{ ASO_LOG_LEVEL: 'trace', ASO_LOG_FORMAT: 'json', ASO_METRICS_ADDRESS: metricsAddress },
  };
  worker = await startOwnedProcess(process.execPath, ['src/cli/main.ts', 'worker'], { env });
  for (const stream of [worker.child.stdout, worker.child.stderr]) stream?.on('data', (text: string) => (log += text));
});
afterAll(async () => {
  await worker.stop();
  await rig.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** What must be nowhere: lines of keys and certificates, the token, names of people as certificates have them. */
async function secrets(): Promise<Map<string, string>> {
  const found = new Map([
    [TOKEN, 'the token'],
    ['PRIVATE KEY', 'a private key'],
    ['BEGIN CERTIFICATE', 'a certificate'],
  ]);
  for (const path of await readdir(pki.credentials, { recursive: true })) {
    if (!path.endsWith('.pem')) continue;
    const lines = (await readFile(join(pki.credentials, path), 'utf8')).split('\n');
    for (const line of lines) if (/^[\w+/=]{40,}$/.test(line)) found.set(line, `a line of ${path}`);
  }
  for (const user of ['alice', 'bob', 'carol', 'ted']) {
    found.set(pki.dnOf(user), `the DN of ${user}`);
    found.set(`CN=${user}`, `the name of ${user}'s certificate`);
  }
  return found;
}

test('no secret is in what Temporal keeps, what the worker logs, or its metrics', { timeout: 180_000 }, async () => {
  const [good, refused, expired, token] = ['alice', 'bob', 'carol', 'ted'].map(
    (user) => new TestTask(world, rig, user),
  );
  if (!good || !refused || !expired || !token) throw new Error('no tasks');
  // FTS names people in what it says of them, and may quote what it was sent.
  const message = `No delegation found for "${pki.dnOf('bob')}"`;
  const quoted = await readFile(join(pki.credentials, 'bob', 'proxy.pem'), 'utf8');
  const said = [
    {
      method: 'PUT',
      path: 'credential',
      status: 400,
      body: { status: '400 Bad Request', message: `not a proxy: ${quoted}` },
    },
    { method: 'POST', path: '^/jobs$', status: 419, body: { status: '419 Authentication Timeout', message } },
    { method: 'GET', path: '^/whoami', status: 403, body: `<html><title>403 ${pki.dnOf('bob')}</title></html>` },
    {
      method: 'GET',
      path: '^/jobs',
      status: 500,
      body: { status: '500', message: `Bearer ${TOKEN} of ${pki.dnOf('ted')}` },
    },
  ];
  for (const { body, ...fault } of said) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    world.fts.server.faults.add({ ...fault, body: text, action: 'answer', times: 2 });
  }
  good.fault('out1', { outcome: { fail: `SOURCE [13] permission denied for ${pki.dnOf('alice')} with ${TOKEN}` } });
  await pki.renewProxy('carol', -60);

  await good.add(await good.job({ outputs: 2 }));
  await refused.add(await refused.job());
  await expired.add(await expired.job());
  await token.add(await token.job());
  await expect.poll(() => log, { timeout: 60_000 }).toContain('no credential of carol');
  expect(await good.finish()).toMatchObject({ transfer: { DONE: 1, FAILED: 1 } });
  expect(await refused.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(await token.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(token.ftsJobs()).toHaveLength(1);
  const waiting = await everythingTemporalKeeps(rig.client);
  await pki.renewProxy('carol');
  expect(await expired.finish()).toMatchObject({ transfer: { DONE: 1 } });

  const metrics = await (await fetch(metricsUrl)).text();
  expect(metrics).toContain('temporal_');
  const kept = await everythingTemporalKeeps(rig.client);
  // That it is the right text: names of files and what was refused are there.
  expect(kept).toContain(good.mark);
  expect(kept).toContain('permission denied for <DN>');
  const places = { 'a waiting workflow': waiting, 'what Temporal keeps': kept, 'the log': log, 'the metrics': metrics };
  const leaks: string[] = [];
  for (const [secret, what] of await secrets())
    for (const [place, text] of Object.entries(places)) if (text.includes(secret)) leaks.push(`${what} in ${place}`);
  expect(leaks).toEqual([]);
});
