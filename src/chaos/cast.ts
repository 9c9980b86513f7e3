import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { FAST, simulatedEnvironment } from '../demo/environment.ts';
import type { TemporalServer } from '../servers/temporal-server.ts';
import type { Ending } from '../demo/interrupt.ts';
import { seededRandom } from '../demo/random.ts';
import { writeStorageJson } from '../simulators/storage/storage-json.ts';
import { startOwnedProcess } from '../workers/child-process.ts';
import { freeLowPorts } from '../workers/free-ports.ts';
import { KeptProcess, type Launched } from './kept-process.ts';
import { LossyProxy } from './lossy-proxy.ts';
import { SERVICES, WORKERS, type PartName, type ServiceName } from './parts.ts';
import type { Places } from './places.ts';

/** A process that takes part, and the way to it where others come to it. */
export interface Part {
  name: PartName;
  process: KeptProcess;
  /** Null for workers, whom nobody calls, and PostgreSQL, whom only Temporal does. */
  proxy: LossyProxy | null;
}

/** Everybody who plays. */
export interface Cast {
  parts: ReadonlyMap<PartName, Part>;
  part(name: PartName): Part;
  /** What a worker, a caller or an operator needs to take part; all of it leads through the proxies. */
  environment: NodeJS.ProcessEnv;
}

const MAIN = fileURLToPath(new URL(`../cli/main${import.meta.url.slice(-3)}`, import.meta.url));

/** Copies are given up after so long a silence, milliseconds: FTS's own 15 minutes would outlast the run. */
const STALLED_AFTER_MS = 8_000;
/** Seconds that a file may wait in FTS's queue. */
const QUEUE_SECONDS = 40;

/** How the simulated FTS works: some twenty times faster than in production. */
export const CLOCKWORK = {
  ...{ tickMs: 100, activePerLink: 4, minCopyMs: 300, bytesPerSecond: 8e6, expiryCheckMs: 500, cancelGraceMs: 1_000 },
  ...{ stalledAfterMs: STALLED_AFTER_MS, storageTimeoutMs: 10_000 },
};

/** The proxies before all services, and the ports behind them. */
export interface Proxies {
  of(service: ServiceName): { port: number; proxy: LossyProxy };
  /** URL of a service, through its proxy. */
  urlOf(service: ServiceName): string;
}

/** Opens a proxy before each service, of which only Temporal needs to be there. */
export async function openProxies(temporal: TemporalServer, seed: number, ending: Ending): Promise<Proxies> {
  const opened = new Map<ServiceName, { port: number; proxy: LossyProxy }>();
  const ports = [Number(temporal.address.split(':')[1]), ...(await freeLowPorts('127.0.0.1', SERVICES.length - 1))];
  for (const [at, service] of SERVICES.entries()) {
    const port = ports[at] as number;
    const proxy = await LossyProxy.start(port, seededRandom(seed + at));
    ending.cleanUp(() => proxy.close());
    opened.set(service, { port, proxy });
  }
  const of: Proxies['of'] = (service) => opened.get(service) as { port: number; proxy: LossyProxy };
  return { of, urlOf: (service) => `http://${of(service).proxy.address}` };
}

/** Something that runs already: its supervisor starts it again. */
function running(part: { pid: number; restart(): Promise<void> }): () => Promise<Launched> {
  let isFirst = true;
  return async () => {
    if (!isFirst) await part.restart();
    isFirst = false;
    // Whoever started it ends it.
    return { pid: part.pid, stop: () => Promise.resolve() };
  };
}

/** Starts the simulators, each with what it knows on disk, and the workers; Temporal joins them. */
export async function startCast(
  temporal: TemporalServer,
  places: Places,
  sites: readonly string[],
  proxies: Proxies,
  ending: Ending,
  tell: (event: string) => void,
): Promise<Cast> {
  const parts = new Map<PartName, Part>();
  const cast = async (name: PartName, launch: () => Promise<Launched>, proxy: LossyProxy | null): Promise<void> => {
    const kept = await KeptProcess.start(launch, (event) => tell(`${name} ${event}`));
    ending.cleanUp(() => kept.close());
    parts.set(name, { name, process: kept, proxy });
  };

  if (temporal.database) await cast('postgresql', running(temporal.database), null);
  await cast('temporal', running(temporal), proxies.of('temporal').proxy);
  for (const [service, name, ...args] of [
    ['storage', 'storage', '--root', places.sites],
    ['dbs', 'dbs'],
    ['crab', 'crab'],
    ['fts', 'fts3', '--script', places.ftsScript, '--sites-by-path'],
  ] as const) {
    const { port, proxy } = proxies.of(service);
    const line = [MAIN, 'simulate', name, '--port', String(port), '--state', places.stateOf(service), ...args];
    await cast(service, () => startOwnedProcess(process.execPath, line, { log: places.logOf(service) }), proxy);
  }
  await writeStorageJson(places.siteconf, sites, proxies.urlOf('storage'));

  const environment = await simulatedEnvironment(
    {
      ...{ fts: { url: proxies.urlOf('fts') }, crab: { restUrl: `${proxies.urlOf('crab')}/crabserver/prod` } },
      ...{ siteconf: places.siteconf, pki: null },
    },
    { address: proxies.of('temporal').proxy.address, namespace: temporal.namespace },
    places.folder,
    { ...FAST, ftsMaxTimeInQueue: QUEUE_SECONDS, crabBookkeeping: true },
  );
  for (const name of WORKERS) {
    const log = join(places.logs, `${name}.log`);
    await cast(name, () => startOwnedProcess(process.execPath, [MAIN, 'worker'], { env: environment, log }), null);
  }
  return { parts, part: (name) => parts.get(name) as Part, environment };
}
