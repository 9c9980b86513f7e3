import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, expect, inject, test } from 'vitest';
import { loadTemporalConfig } from '../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'aso-temporal-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No profile file of whoever runs the tests. */
const HOME = { HOME: folder, XDG_CONFIG_HOME: folder };

test('without anything, the local server and its default namespace', () => {
  expect(loadTemporalConfig(HOME)).toMatchObject({
    connectionOptions: { address: 'localhost:7233' },
    namespace: 'default',
  });
});

test('takes address and namespace from the environment, and connects with them', async () => {
  const config = loadTemporalConfig({ ...HOME, TEMPORAL_ADDRESS: inject('temporalAddress') });
  const connection = await Connection.connect(config.connectionOptions);
  await connection.workflowService.describeNamespace({ namespace: config.namespace });
  await connection.close();
});

test('an API key turns TLS on and is not shown', () => {
  const config = loadTemporalConfig({ ...HOME, TEMPORAL_ADDRESS: 'cloud:7233', TEMPORAL_API_KEY: 'hush' });
  expect(config.connectionOptions).toMatchObject({ apiKey: 'hush', tls: true });
  expect(JSON.stringify(config.description)).not.toContain('hush');
  expect(config.description).toContainEqual({ name: 'tls', value: 'on' });
});

test('reads the profile that is asked for', () => {
  const file = join(folder, 'temporal.toml');
  writeFileSync(file, '[profile.prod]\naddress = "temporal.example.org:7233"\nnamespace = "aso"\n');
  const config = loadTemporalConfig({ ...HOME, TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'prod' });
  expect(config).toMatchObject({ connectionOptions: { address: 'temporal.example.org:7233' }, namespace: 'aso' });
});

test.each([
  [{ TEMPORAL_ADDRESS: 'https://host' }, /TEMPORAL_ADDRESS: must be host:port; given "https:\/\/host"/],
  [{ TEMPORAL_CONFIG_FILE: '/no/such.toml' }, /TEMPORAL_CONFIG_FILE: there is no file/],
  [{ TEMPORAL_PROFILE: 'nowhere' }, /Temporal connection: .*nowhere/],
  [{ TEMPORAL_TLS_CLIENT_CERT_PATH: '/c.pem' }, /certificate and its key are needed together/],
  [{ TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/no/ca.pem' }, /no such file/],
])('%o is an error', (env, message) => {
  expect(() => loadTemporalConfig({ ...HOME, ...env })).toThrow(message);
});
