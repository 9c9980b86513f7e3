import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { makeToken } from '../../src/simulators/bearer-token.ts';
import { startFtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { TestAuthority } from '../../src/simulators/pki/authority.ts';
import { writeCredential } from '../../src/simulators/pki/credential-file.ts';
import { createSimulatedPki } from '../../src/simulators/pki/simulated-pki.ts';
import { issueProxy } from '../../src/simulators/pki/proxy.ts';
import { createConnections } from '../../src/workers/connections.ts';
import { runAso, type Ended } from './run-aso.ts';

const HOUR_S = 3600;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aso-cli-credentials-'));
  const alice = await (await TestAuthority.create()).issueUser('Alice Example');
  await writeCredential(join(folder, 'alice/proxy.pem'), await issueProxy(alice, 50 * HOUR_S + 60));
  await writeCredential(join(folder, 'alice/proxy.becms.production.pem'), await issueProxy(alice, 2 * HOUR_S + 60));
  await mkdir(join(folder, '_service'));
  await writeFile(join(folder, '_service/token'), 'opaque', { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));

const credentials = (...args: string[]): Promise<Ended> =>
  runAso(['credentials', ...args], { env: { ASO_CREDENTIALS: folder } });

/** Cells of a drawn table. */
const cells = (out: string): string[][] =>
  out
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.split('│').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

it('shows what expires when, the soonest first', async () => {
  const { code, out, err } = await credentials();
  expect(cells(out)).toEqual([
    ['user', 'group', 'role', 'kind', 'expires at', 'left', 'state'],
    ['alice', 'becms', 'production', 'x509', expect.stringMatching(ISO), '2 h 0 min', 'expiring'],
    ['alice', '', '', 'x509', expect.stringMatching(ISO), '2 d 2 h', 'valid'],
    ['(service)', '', '', 'token', 'not told', '', 'valid'],
  ]);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).not.toMatch(/Alice Example|DC=|opaque/);
});

it('ends with 1 when one is expired or unreadable, and says why', async () => {
  const bob = join(folder, 'bob');
  await mkdir(bob);
  await writeFile(join(bob, 'token'), makeToken('bob', -90), { mode: 0o600 });
  await writeFile(join(bob, 'token.dcms'), 'opaque');
  await chmod(join(bob, 'token.dcms'), 0o644);
  const { code, out, err } = await credentials('list');
  expect(cells(out).slice(1, 3)).toEqual([
    ['bob', 'dcms', '', 'token', '', '', 'unreadable: bob/token.dcms may be used by its owner only (chmod 600): its mode is 0644'], // prettier-ignore
    ['bob', '', '', 'token', expect.stringMatching(ISO), 'none', 'expired'],
  ]);
  expect(err).toBe('error: 2 credentials cannot be used\n');
  expect(code).toBe(1);

  const json = await credentials('--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject([
    { user: 'bob', group: 'dcms', role: '', kind: 'token', expiresAt: null, state: 'unreadable' },
    { user: 'bob', expiresAt: expect.stringMatching(ISO) as string, state: 'expired', problem: null },
    { user: 'alice', group: 'becms', role: 'production', state: 'expiring' },
    { user: 'alice', state: 'valid' },
    { user: '', kind: 'token', expiresAt: null, state: 'valid', problem: null },
  ]);
  await rm(bob, { recursive: true });
});

it('takes back what FTS holds for a user', async () => {
  const pki = await createSimulatedPki(join(folder, 'pki'), ['alice']);
  const fts = await startFtsSimulator({ tls: pki.server, identities: [{ dn: pki.dnOf('alice'), vo: 'cms' }] });
  const env = { ASO_CREDENTIALS: pki.credentials, ASO_TRUST_ANCHORS: pki.trust, ASO_FTS_SERVER: fts.url };
  const { delegator, dispatchers } = createConnections(loadConfig(env));
  const alice = { user: 'alice', group: '', role: '' };
  await delegator.ensure(fts.url, alice);
  const { code, out } = await runAso(['credentials', 'revoke', 'alice'], { env });
  expect([code, out]).toEqual([0, `${fts.url} holds no delegated credential of alice any more\n`]);
  const again = createConnections(loadConfig(env));
  await again.delegator.ensure(fts.url, alice);
  expect(fts.delegations()).toHaveLength(2);

  const unknown = await runAso(['credentials', 'revoke', 'bob', '--group', 'becms'], { env });
  expect([unknown.code, unknown.err]).toEqual([
    1,
    'error: no credential of bob (group becms): there is neither bob/proxy.becms.pem nor bob/token.becms\n',
  ]);
  await Promise.all([dispatchers.close(), again.dispatchers.close()]);
  await fts.close();
});

it('says what is missing', async () => {
  const unset = await runAso(['credentials']);
  expect(unset.code).toBe(2);
  expect(unset.err).toBe('error: no credential store is configured: set credentials (ASO_CREDENTIALS) to its folder\n');
  const gone = await runAso(['credentials'], { env: { ASO_CREDENTIALS: '/nowhere/at/all' } });
  expect(gone.code).toBe(2);
  expect(gone.err).toContain("ENOENT: no such file or directory, scandir '/nowhere/at/all'");
});

it('refuses to revoke at what is no server', async () => {
  const { code, err } = await credentials('revoke', 'alice', '--server', 'fts.example');
  expect([code, err]).toEqual([
    2,
    expect.stringContaining("argument 'fts.example' is invalid. It must be an https://"),
  ]);
});
