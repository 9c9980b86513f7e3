import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { readImage, readServices, readVariables } from '../scripts/stack/compose-file.ts';
import { loadConfig } from '../src/config/index.ts';
import { MAX_CONNECTIONS, SQL_PLUGIN } from '../src/servers/server-config.ts';
import { sectionOf } from './docs/pages.ts';
import { privateFile } from './support/payload-keys.ts';

interface Service {
  image: string;
  command?: string[];
  entrypoint?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  networks?: string[];
  logging?: { options?: Record<string, string> };
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string } } };
  build?: string;
  environment?: Record<string, string>;
  healthcheck?: unknown;
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  ports?: string[];
  profiles?: string[];
  volumes?: string[];
}

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const text = read('docker-compose.yml');
const { services, networks, volumes } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, null>;
};
const all = Object.entries(services);
/** As it is where only what has to be set is. */
const given = {
  ...{ POSTGRES_PASSWORD_FILE: '/password', ASO_MONITOR_TOKEN_FILE: '/token' },
  ...{ ASO_SITECONF_DIR: '/sites', ASO_CREDENTIALS_DIR: '/proxies', ASO_TRUST_ANCHORS_DIR: '/authorities' },
};
const filled = readServices(given);
const passwordFile = privateFile(['hush']);
const settingsOf = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(filled[name]?.environment ?? {}).filter(([, value]) => value !== ''));

describe('docker-compose.yml', () => {
  test('has all parts of a deployment, with two workers, and simulators of the world only where they are asked for', () => {
    const named = (profile?: string) =>
      all.filter(([, { profiles }]) => profiles?.[0] === profile).map(([name]) => name);
    expect(named()).toEqual(['postgresql', 'temporal', 'temporal-ui', 'set-up', 'worker', 'monitor', 'prometheus', 'grafana']); // prettier-ignore
    expect(named('simulators')).toEqual(['fts', 'dbs', 'crab', 'storage']);
    expect(services['temporal']?.image).toBe('temporalio/auto-setup:1.29.1');
    expect(services['postgresql']?.image).toMatch(/^postgres:15\./);
    expect(services['worker']).toMatchObject({ build: '.', deploy: { replicas: 2 } });
  });

  test.each(all)(
    '%s may take so much of the machine, writes so much log, and has no more rights than it needs',
    (name, service) => {
      expect(service.deploy?.resources?.limits).toEqual({ cpus: expect.stringMatching(/^\d+$/) as string, memory: expect.stringMatching(/^\d+[MG]$/) as string }); // prettier-ignore
      expect(service.logging?.options).toMatchObject({ 'max-size': '20m', 'max-file': '5' });
      expect([service.cap_drop, service.security_opt]).toEqual([['ALL'], ['no-new-privileges:true']]);
      // These write their configuration beside its template.
      expect(service.read_only).toBe(!['temporal', 'temporal-ui'].includes(name));
      for (const network of service.networks ?? []) expect(networks).toHaveProperty(network);
      for (const volume of service.volumes ?? []) if (/^\w+:/.test(volume)) expect(volumes).toHaveProperty(volume.split(':')[0] ?? ''); // prettier-ignore
    },
  );

  test('docs/deployment.md tells what each part may take, and the bench of memory gives a worker the heap that it has here', () => {
    const rows = sectionOf(read('docs/deployment.md'), 'Sizes').matchAll(
      /^\| ([\w ]+) \| (\d+) CPUs?, (\d+) ([MG])iB/gm,
    );
    const told = [...rows].map(([, part = '', cpus, memory, unit]) => [part.toLowerCase(), { cpus, memory: `${memory}${unit}` }]); // prettier-ignore
    const parts = ['worker', 'temporal', 'postgresql', 'monitor', 'prometheus'];
    expect(told).toEqual(parts.map((name) => [name, services[name]?.deploy?.resources?.limits]));
    const heap = /--max-old-space-size=(\d+)/.exec(services['worker']?.environment?.['NODE_OPTIONS'] ?? '')?.[1];
    expect(read('bench/memory.ts')).toContain(`const HEAP_MIB = ${heap};`);
    expect(sectionOf(read('docs/deployment.md'), 'Sizes')).toContain(`Node's heap gets ${heap} MiB`);
  });

  test('the database is reached by Temporal alone, and simulators reach nothing outside', () => {
    const of = (network: string) =>
      all.filter(([, service]) => service.networks?.includes(network)).map(([name]) => name);
    expect([networks['database'], networks['simulated']]).toEqual([{ internal: true }, { internal: true }]);
    expect(of('database')).toEqual(['postgresql', 'temporal']);
    expect(of('simulated')).toEqual(['worker', 'fts', 'dbs', 'crab', 'storage', 'jobs']);
  });

  test('PostgreSQL takes as many connections as natively', () => {
    expect(services['postgresql']?.command).toEqual(['postgres', '-c', `max_connections=${MAX_CONNECTIONS}`]);
  });

  test('Temporal listens on all its networks, tells its parts an address that all of them have, and has shards for years', () => {
    const { networks: two, environment } = services['temporal'] ?? {};
    expect(two).toHaveLength(2);
    // Without these the image asks for the address of its own name, which is two of them, or any of the two.
    expect(environment).toMatchObject({ BIND_ON_IP: '0.0.0.0', TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1' });
    expect(environment?.['NUM_HISTORY_SHARDS']).toBe('512');
    expect(read('docs/deployment.md')).toContain('Take 512');
  });

  test('Temporal speaks to PostgreSQL as the server that our benches and tests run', () => {
    expect(services['temporal']?.environment?.['DB']).toBe(SQL_PLUGIN);
  });

  test('with deploy/simulators.env workers reach the simulators, by the names that are in their certificates', () => {
    const settings = readVariables('deploy/simulators.env');
    for (const url of [settings['ASO_FTS_SERVER'], settings['ASO_CRAB_URL']]) {
      const { hostname, port } = new URL(url ?? '');
      expect(services[hostname]?.command?.join(' ')).toContain(`--port ${port} --name ${hostname} --tls /world/pki`);
    }
    expect(services).toHaveProperty(settings['ASO_DBS_HOSTS'] ?? '');
    expect(volumes).toHaveProperty(settings['ASO_SITECONF_DIR'] ?? '');
  });

  test.each(Object.entries(filled))('the image of %s is pinned', (_, { image }) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?$/);
  });

  test.each(all)('%s depends on services that exist and whose readiness can be told', (_, { depends_on = {} }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(services).toHaveProperty(name);
      if (condition === 'service_completed_successfully') expect(services[name]?.restart).toBe('on-failure');
      else expect([condition, services[name]?.healthcheck]).toEqual(['service_healthy', expect.anything()]);
    }
  });

  test('every long-running service has a health check', () => {
    const without = all.filter(([, service]) => !service.healthcheck).map(([name]) => name);
    expect(without).toEqual(['set-up', 'jobs']);
  });

  test('what it asks of the environment is in deploy/compose.env.example, and nothing else is', () => {
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const documented = [...read('deploy/compose.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect([...new Set(asked)].sort()).toEqual(documented.sort());
  });

  test('holds no secret, and the example neither', () => {
    for (const [, { environment = {} }] of all)
      for (const [name, value] of Object.entries(environment))
        if (/(PASS\w*|PWD|SECRET|TOKEN|API_?KEY)(_FILE)?$/i.test(name))
          expect(value).toMatch(/^\/run\/secrets\/[\w-]+$/);
    expect(read('deploy/compose.env.example')).not.toMatch(/^\w*(PASSWORD|TOKEN|KEYS?)=/m);
    expect(text).not.toMatch(/:\/\/[^/\s]+:[^/\s]+@/);
  });

  test("the database's password comes from a file, to the database and to Temporal, whose image takes it from a variable", () => {
    for (const name of ['postgresql', 'temporal'])
      expect(filled[name]?.volumes).toContain('/password:/run/secrets/postgres-password:ro');
    expect(services['postgresql']?.environment?.['POSTGRES_PASSWORD_FILE']).toBe('/run/secrets/postgres-password');
    expect(services['temporal']?.environment).not.toHaveProperty('POSTGRES_PWD');
    const { entrypoint = [] } = services['temporal'] ?? {};
    expect(entrypoint.slice(0, 2)).toEqual(['/bin/sh', '-c']);
    // As Compose hands it on: `$$` is a dollar. What it would run is shown what it would be given.
    const script = entrypoint[2]!
      .replaceAll('$$', '$')
      .replace(/\/run\S+(?=\))/, passwordFile)
      .replace(/exec .*/, 'exec env');
    const { stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    expect(stdout.split('\n')).toContain('POSTGRES_PWD=hush');
  });

  test('opens ports on loopback only', () => {
    for (const [, { ports = [] }] of all) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('gives the worker settings that are valid', () => {
    expect(() => loadConfig(settingsOf('worker'))).not.toThrow();
  });

  test('mounts what the worker reads, and nothing of it can be written', () => {
    const { siteconf, credentials, trustAnchors } = loadConfig(settingsOf('worker'));
    const keys = '/run/secrets/payload-keys';
    const mounts = (filled['worker']?.volumes ?? []).map((volume) => /:(\/[^:]+:\w+)$/.exec(volume)?.[1]);
    expect(mounts.sort()).toEqual([siteconf, credentials, trustAnchors, keys].map((path) => `${path}:ro`).sort());
  });

  test('encrypts with the keys of one file, the same for workers and monitor, where one is named', () => {
    const withKeys = readServices({ ...given, ASO_PAYLOAD_KEYS_FILE: '/etc/aso/keys' });
    for (const name of ['worker', 'monitor']) {
      expect(withKeys[name]?.environment?.['ASO_PAYLOAD_KEYS']).toBe('/run/secrets/payload-keys');
      expect(withKeys[name]?.volumes).toContain('/etc/aso/keys:/run/secrets/payload-keys:ro');
      expect(filled[name]?.environment?.['ASO_PAYLOAD_KEYS']).toBe('');
    }
  });

  test('lets running activities end before it kills the worker', () => {
    const { worker } = services as unknown as { worker: { stop_grace_period: string; environment: NodeJS.ProcessEnv } };
    const grace = Number(worker.environment['ASO_WORKER_SHUTDOWN_GRACE_SECONDS']);
    expect(parseInt(worker.stop_grace_period)).toBeGreaterThan(grace);
  });
});

describe('what watches', () => {
  test('Prometheus and Grafana see what lies in deploy/ and cannot change it', () => {
    const mounts = all.flatMap(([, service]) => service.volumes ?? []).filter((volume) => volume.startsWith('./'));
    for (const mount of mounts) {
      const [from = '', , mode] = mount.split(':');
      expect([mount, existsSync(new URL(`../${from}`, import.meta.url)), mode]).toEqual([mount, true, 'ro']);
    }
  });

  test("Prometheus scrapes the worker where it serves its metrics, the monitor with its token, and Temporal's server", () => {
    interface Job {
      job_name: string;
      dns_sd_configs?: { names: string[]; port: number }[];
      static_configs?: { targets: string[] }[];
      authorization?: { credentials_file: string };
    }
    const { scrape_configs } = parse(read('deploy/prometheus/prometheus.yml')) as { scrape_configs: Job[] };
    const [worker, monitor, temporal] = scrape_configs;
    const port = services['worker']?.environment?.['ASO_METRICS_ADDRESS']?.split(':')[1];
    expect(worker?.dns_sd_configs).toEqual([{ names: ['worker'], type: 'A', port: Number(port) }]);
    const { ASO_MONITOR_LISTEN: listen = '', ASO_MONITOR_TOKEN_FILE: token = '' } =
      services['monitor']?.environment ?? {};
    expect(monitor?.static_configs).toEqual([{ targets: [`monitor:${listen.split(':')[1]}`] }]);
    expect(monitor?.authorization?.credentials_file).toBe(token);
    for (const name of ['monitor', 'prometheus']) expect(filled[name]?.volumes).toContain(`/token:${token}:ro`);
    const serverPort = services['temporal']?.environment?.['PROMETHEUS_ENDPOINT']?.split(':')[1];
    expect(temporal?.static_configs).toEqual([{ targets: [`temporal:${serverPort}`] }]);
  });

  test('Grafana finds the source of figures that the dashboards name, and the dashboards', () => {
    const provisioning = 'deploy/grafana/provisioning';
    const { datasources } = parse(read(`${provisioning}/datasources/prometheus.yml`)) as {
      datasources: { uid: string; url: string }[];
    };
    expect(datasources).toMatchObject([{ uid: 'prometheus', url: 'http://prometheus:9090' }]);
    expect(read('deploy/grafana/dashboards/aso-overview.json')).toContain('"uid": "prometheus"');
    const path = /path: (.+)/.exec(read(`${provisioning}/dashboards/asyncstageout.yml`))?.[1];
    expect(services['grafana']?.volumes).toContain(`./deploy/grafana/dashboards:${path}:ro`);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  test('builds in one stage and runs in another, not as root, without a shell', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } };
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(images).toEqual(Array(2).fill(`node:${devDependencies.node}-slim`));
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^ENTRYPOINT \["node", /m);
    expect(last).toMatch(/^CMD \[/m);
  });

  test('takes nothing that changes by itself or comes unchecked, and installs what the lock file names', () => {
    expect(dockerfile).not.toMatch(/:latest|curl|wget|ADD |--allow-unauthenticated|npm (install|i) /);
    expect(dockerfile).toMatch(/^RUN npm ci /m);
    expect(dockerfile).toMatch(/npm prune --omit=dev/);
  });

  test('tells its health by what a worker serves, is ended by a signal that a worker heeds, and says what it is', () => {
    const { entrypoint, command, environment } = readImage();
    expect([entrypoint, command]).toEqual([['node', 'dist/src/cli/main.js'], ['worker']]);
    const { metricsAddress } = loadConfig(environment);
    expect(/HEALTHCHECK [^]*?CMD (.*)/.exec(dockerfile)?.[1]).toContain(`http://${metricsAddress}/metrics`);
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(dockerfile).toContain(`ARG VERSION=${version}`);
    expect(filled['worker']?.image).toBe(`asyncstageout:${version}`);
  });

  test('what is mounted for writing belongs to whom it runs as', () => {
    const written = all.filter(([, { image }]) => image.startsWith('asyncstageout:')).flatMap(([, service]) => service.volumes ?? []).filter((volume) => /^\w+:[^:]+$/.test(volume)); // prettier-ignore
    const folders = [...new Set(written.map((volume) => volume.split(':')[1]))];
    expect(folders.sort()).toEqual(['/history', '/world']);
    expect(dockerfile).toMatch(/chown node:node \/history \/world$/m);
  });

  test('what it copies is not ignored, and nothing else reaches the build', () => {
    const rules = read('.dockerignore').split('\n').filter((line) => line && !line.startsWith('#')); // prettier-ignore
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files?.split(' '));
    expect(rules[0]).toBe('*');
    expect(rules.slice(1).sort()).toEqual(copied.map((file) => `!${file}`).sort());
  });
});
