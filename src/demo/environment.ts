import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Policy } from '../domain/policy.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { DevServer } from '../workers/dev-server.ts';

/** Seconds; the demo's times are those of production, some thirty times faster. */
export const FAST: Partial<Policy> = {
  batchWindow: 2,
  followFirst: 2,
  followMax: 4,
  followGrid: 2,
  retryDelay: 1,
  retryDelayMax: 10,
  retryFor: 0,
  cancelGrace: 2,
  cleanupDelay: 1,
  cleanupDelayMax: 5,
  maxFilesPerBlock: 25,
  blockTimeout: 4,
  crabSettle: 4,
};

/** Files beyond which FTS's queues are longer, and files wait longer in them. */
const ORDINARY_FILES = 400;

/** Seconds a file may wait in FTS's queue: enough for every link but the stuck one. */
export const queueTime = (files: number): number => Math.round(12 * Math.max(1, files / ORDINARY_FILES));

/** What of a simulated world its services are reached by. */
export type Surroundings = Pick<SimulatedWorld, 'siteconf' | 'pki'> & {
  fts: { url: string };
  crab: { restUrl: string };
};

/**
 * The environment that a worker and `aso` need to work in a simulated world, with their configuration in `folder`. Settings of the user's
 * own are left out: they are for another Temporal server, and other sites.
 * @param settings further ones, as in a configuration file
 */
export async function simulatedEnvironment(
  world: Surroundings,
  server: Pick<DevServer, 'address' | 'namespace'>,
  folder: string,
  policy: Partial<Policy>,
  settings: object = {},
): Promise<NodeJS.ProcessEnv> {
  const config = {
    ...settings,
    ftsServer: world.fts.url,
    crabUrl: world.crab.restUrl,
    siteconf: world.siteconf,
    ...(world.pki && { credentials: world.pki.credentials, trustAnchors: world.pki.trust }),
    worker: { shutdownGraceSeconds: 1 },
    policy,
  };
  const configFile = join(folder, 'aso.json');
  const temporalFile = join(folder, 'temporal.toml');
  await Promise.all([
    writeFile(configFile, `${JSON.stringify(config, null, 2)}\n`),
    writeFile(temporalFile, '[profile.default]\n'),
  ]);
  const inherited = Object.entries(process.env).filter(([name]) => !/^(ASO|TEMPORAL)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    ASO_CONFIG: configFile,
    TEMPORAL_CONFIG_FILE: temporalFile,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
  };
}
