import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config/index.ts';

interface Service {
  image: string;
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
const { services } = parse(text) as { services: Record<string, Service> };
const all = Object.entries(services);

describe('docker-compose.yml', () => {
  test('has Temporal on PostgreSQL with its UI, the set-up job and a worker', () => {
    const always = all.filter(([, { profiles }]) => !profiles).map(([name]) => name);
    expect(always.sort()).toEqual(['postgresql', 'set-up', 'temporal', 'temporal-ui', 'worker']);
    expect(services['temporal']?.image).toBe('temporalio/auto-setup:1.29.1');
    expect(services['postgresql']?.image).toMatch(/^postgres:15\./);
    expect(services['worker']?.build).toBe('.');
  });

  test.each(all)('the image of %s is pinned', (_, { image }) => {
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
    const without = all.filter(([, service]) => service.restart === 'unless-stopped' && !service.healthcheck);
    expect(without.map(([name]) => name)).toEqual([]);
  });

  test('what it asks of the environment is in deploy/compose.env.example, and nothing else is', () => {
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const documented = [...read('deploy/compose.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect([...new Set(asked)].sort()).toEqual(documented.sort());
  });

  test('holds no secret, and the example neither', () => {
    for (const [, { environment = {} }] of all)
      for (const [name, value] of Object.entries(environment))
        if (/(PASS\w*|PWD|SECRET|TOKEN|API_?KEY)$/i.test(name)) expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/);
    expect(read('deploy/compose.env.example')).toMatch(/^POSTGRES_PASSWORD=$/m);
    expect(text).not.toMatch(/:\/\/[^/\s]+:[^/\s]+@/);
  });

  test('opens ports on loopback only', () => {
    for (const [, { ports = [] }] of all) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('gives the worker settings that are valid', () => {
    const fixed = Object.entries(services['worker']?.environment ?? {}).filter(([, value]) => !value.includes('${'));
    expect(() => loadConfig(Object.fromEntries(fixed))).not.toThrow();
  });

  test('mounts what the worker reads, and nothing of it can be written', () => {
    const { environment = {}, volumes = [] } = services['worker'] as Service;
    const fixed = Object.entries(environment).filter(([, value]) => !value.includes('${'));
    const { siteconf, credentials, trustAnchors } = loadConfig(Object.fromEntries(fixed));
    const mounts = volumes.map((volume) => /:(\/[^:]+:\w+)$/.exec(volume)?.[1]);
    expect(mounts.sort()).toEqual([siteconf, credentials, trustAnchors].map((path) => `${path}:ro`).sort());
  });

  test('lets running activities end before it kills the worker', () => {
    const { worker } = services as unknown as { worker: { stop_grace_period: string; environment: NodeJS.ProcessEnv } };
    const grace = Number(worker.environment['ASO_WORKER_SHUTDOWN_GRACE_SECONDS']);
    expect(parseInt(worker.stop_grace_period)).toBeGreaterThan(grace);
  });
});

describe('the profile monitoring', () => {
  test('has the monitor, Prometheus and Grafana, which see what lies in deploy/ and cannot change it', () => {
    const monitoring = all.filter(([, { profiles }]) => profiles?.includes('monitoring'));
    expect(monitoring.map(([name]) => name)).toEqual(['monitor', 'prometheus', 'grafana']);
    const mounts = monitoring.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => volume.startsWith('./'));
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
    for (const name of ['monitor', 'prometheus'])
      expect(services[name]?.volumes).toContain(`\${ASO_MONITOR_TOKEN_FILE:-/dev/null}:${token}:ro`);
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
    expect(dockerfile.match(/^FROM node:24-slim/gm)).toHaveLength(2);
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^ENTRYPOINT \["node", /m);
    expect(last).toMatch(/^CMD \[/m);
  });

  test('what it copies is not ignored, and nothing else reaches the build', () => {
    const rules = read('.dockerignore').split('\n').filter((line) => line && !line.startsWith('#')); // prettier-ignore
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files?.split(' '));
    expect(rules[0]).toBe('*');
    expect(rules.slice(1).sort()).toEqual(copied.map((file) => `!${file}`).sort());
  });
});
