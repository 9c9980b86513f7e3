import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adler32, adler32Hex } from '../../src/domain/adler32.ts';
import { makeToken } from '../../src/simulators/bearer-token.ts';
import type { FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import { startSimulatedWorld, type SimulatedWorld } from '../../src/simulators/world.ts';
import { atStorage } from '../simulators/fts3-helpers.ts';
import { PythonSteps } from './python-client.ts';

const HOUR_S = 3600;

/** What the files at the source hold. */
export const CONTENT = Buffer.from('an output file of CMS');
export const CONTENT_SUM = adler32Hex(adler32(CONTENT));
const FILES = ['good', 'good-too', 'fresh', 'flaky', 'hopeless', 'hangs', 'low', 'high', 'raised'];

/** A failure that FTS repeats. */
export const NO_SPACE =
  'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: copy HTTP 507 : Insufficient Storage';

/** Two sites with a few files of alice's, and an FTS that knows alice, who has delegated nothing yet; all over TLS. */
export interface PythonWorld extends Pick<SimulatedWorld, 'fts' | 'storage' | 'close'> {
  /** Runs one of the scripts as alice. */
  run(script: string, ...args: string[]): Promise<PythonSteps>;
}

/** @param python interpreter with FTS's client */
export async function startPythonWorld(python: string): Promise<PythonWorld> {
  const root = await mkdtemp(join(tmpdir(), 'python-world-'));
  const world: SimulatedWorld = await startSimulatedWorld({
    root,
    sites: ['T2_A', 'T2_B'],
    tls: { users: ['alice', 'bob'] },
    fts: {
      ...BEHAVIOUR,
      resolveUrl: (pfn) => atStorage(world.storage)(pfn),
      storageOf: (pfn) => pfn.replace(/^(\w+:\/\/[^/]+).*/, '$1'),
    },
  });
  const { fts, storage, pki } = world;
  if (!pki) throw new Error('a world over TLS has a PKI');
  await pki.renewProxy('bob', -60);
  for (const name of FILES) await storage.writeFile('T2_A', `/store/user/alice/${name}`, CONTENT);
  const env = {
    FTS_ENDPOINT: fts.url,
    X509_USER_PROXY: join(pki.credentials, 'alice', 'proxy.pem'),
    X509_CERT_DIR: pki.trust,
    EXPIRED_PROXY: join(pki.credentials, 'bob', 'proxy.pem'),
    TOKEN: makeToken('alice', HOUR_S, { 'wlcg.groups': ['/cms'] }),
    TOKEN_WITHOUT_VO: makeToken('mallory', HOUR_S),
  };
  return {
    ...{ fts, storage },
    run: (script, ...args) => PythonSteps.run(python, script, env, ...args),
    close: async () => {
      await world.close();
      await rm(root, { recursive: true });
    },
  };
}

const BEHAVIOUR: FtsSimulatorOptions = {
  tickMs: 10,
  activePerLink: 1,
  cancelGraceMs: 50,
  retrySecondMs: 10,
  bannedStorages: ['davs://t2_banned.example'],
  transferFaults: [
    { url: '/hangs$', outcome: 'hang' },
    { url: '/flaky$', times: 2, outcome: { fail: NO_SPACE } },
    { url: '/hopeless$', outcome: { fail: NO_SPACE } },
  ],
  requestFaults: [
    { path: '/fault-lost$', action: 'drop-after' },
    ...[400, 424, 500, 503].map((status) => ({
      ...{ path: `/fault-${status}$`, action: 'answer' as const, status, body: '<html>Apache says no</html>' },
    })),
  ],
};
