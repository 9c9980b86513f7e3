import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTemporal } from '../../src/servers/start-temporal.ts';
import type { TemporalStore } from '../../src/servers/temporal-server.ts';
import { freeLowPorts } from '../../src/workers/free-ports.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import { readServices, readVariables, type Service } from './compose-file.ts';
import { NativeNames, type Instance } from './native-names.ts';
import { launchOf, NativeService, runToEnd, type Launch } from './native-service.ts';
import { prometheusLaunch } from './prometheus.ts';

/** Its port as the other services name it. */
const TEMPORAL_PORT = 7233;

/** The parts of docker-compose.yml, running on this machine. */
export interface Stack {
  services: Readonly<Record<string, Service>>;
  names: NativeNames;
  workers: readonly NativeService[];
  folder: string;
  /** The token of the monitor's page. */
  token: string;
  /** How a command of a service is run here, for those that end by themselves. */
  launch(service: string): Launch;
}

/**
 * Starts them in the order in which they depend on each other, each when those before it are healthy. What has no program here is left
 * out, and named.
 */
export async function startStack(
  folder: string,
  store: TemporalStore,
  ending: Ending,
  say: (line: string) => void,
): Promise<Stack> {
  const token = crypto.randomUUID();
  const tokenFile = join(folder, 'monitor-token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  const services = readServices({
    ...readVariables('deploy/simulators.env'),
    // The database here has a password of its own.
    ...{ POSTGRES_PASSWORD_FILE: '/dev/null', ASO_MONITOR_TOKEN_FILE: tokenFile },
  });
  const [volumes, logs, home] = ['volumes', 'logs', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [logs, home, ...['world', 'monitor', 'prometheus'].map((name) => join(volumes, name))]) await mkdir(path, { recursive: true }); // prettier-ignore
  const names = new NativeNames(services, volumes, await freeLowPorts('127.0.0.1', 32));

  const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    ending.signal.throwIfAborted();
    const start = performance.now();
    const result = await work();
    say(`${what} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  };
  const temporal = await step(`temporal and its database: ${store}`, () => startTemporal({ store }));
  ending.cleanUp(() => temporal.close());
  names.place('temporal', TEMPORAL_PORT, Number(temporal.address.split(':')[1]));

  const workers: NativeService[] = [];
  const started = new Set(['postgresql', 'temporal']);
  const replicasOf = (name: string): number => services[name]?.deploy?.replicas ?? 1;
  const isOurs = (name: string): boolean => services[name]?.image.startsWith('asyncstageout:') ?? false;
  const start = async (instance: Instance, service: Service): Promise<void> => {
    const { service: name, number } = instance;
    const launch = isOurs(name) ? launchOf(instance, service, names, home) : await prometheusLaunch(service, names, folder, replicasOf('worker')); // prettier-ignore
    const running = await NativeService.start(name, launch, service, join(logs, `${name}-${number}.log`));
    ending.cleanUp(() => running.stop());
    if (name === 'worker') workers.push(running);
    await running.untilHealthy(names.args(instance, service.healthcheck?.test ?? []));
  };
  const bring = async (name: string): Promise<void> => {
    const service = services[name];
    if (!service || started.has(name) || service.profiles?.includes('jobs')) return;
    started.add(name);
    for (const other of Object.keys(service.depends_on ?? {})) await bring(other);
    const instances = Array.from({ length: replicasOf(name) }, (_, at) => ({ service: name, number: at + 1 }));
    if (!isOurs(name) && !(name === 'prometheus' && isThere('prometheus'))) say(`${name}: left out, there is no program of it here`);
    else if (!service.healthcheck) await step(name, () => runToEnd(launchOf(instances[0] as Instance, service, names, home)));
    else await step(`${name}${instances.length > 1 ? `, ${instances.length} of them` : ''}`, () => Promise.all(instances.map((instance) => start(instance, service)))); // prettier-ignore
  };
  for (const name of Object.keys(services)) await bring(name);
  const launch = (name: string): Launch =>
    launchOf({ service: name, number: 1 }, services[name] as Service, names, home);
  return { services, names, workers, folder, token, launch };
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
