import { expect, test } from 'vitest';
import type { CredentialInfo } from '../../../src/ports/credentials.ts';
import { credentialSample } from '../../../src/workers/telemetry/credential-sample.ts';
import type { Metrics } from '../../../src/workers/telemetry/metrics.ts';
import { rulesSample } from '../../../src/workers/telemetry/rules-sample.ts';
import { noRules } from '../../../src/domain/operations/rules.ts';
import { startSampling } from '../../../src/workers/telemetry/sampler.ts';

const HOUR = 3_600_000;

/** What was set, as `name label label: value`; nothing where the value is 0. */
function recorder(): { metrics: Metrics; seen: Map<string, number> } {
  const seen = new Map<string, number>();
  const note = (name: string, value: number, labels: Record<string, string>): void => {
    if (value !== 0) seen.set([name, ...Object.values(labels)].join(' '), value);
  };
  return { seen, metrics: { add: note, set: note, record: note } };
}

const credential = (
  user: string,
  expiresAt: number | null,
  state: CredentialInfo['state'] = 'valid',
): CredentialInfo => ({
  ...{ ref: { user, group: '', role: '' }, kind: 'x509', expiresAt, state, problem: null },
});

test('credentials are counted by time left, and nobody is named', async () => {
  const now = Date.now();
  const { metrics, seen } = recorder();
  const list = [
    credential('alice', now - HOUR, 'expired'),
    credential('bob', now + HOUR / 2),
    credential('carol', now + 100 * HOUR),
    credential('dave', now + 100 * HOUR),
    credential('erin', null, 'unreadable'),
    credential('', now + 10 * HOUR),
  ];
  await credentialSample({ list: () => Promise.resolve(list), get: () => Promise.reject(new Error('not asked')) }).take(metrics); // prettier-ignore
  expect(Object.fromEntries(seen)).toEqual({
    'aso_credentials x509 expired': 1,
    'aso_credentials x509 lt_1h': 1,
    'aso_credentials x509 lt_24h': 1,
    'aso_credentials x509 more': 2,
    'aso_credentials x509 unreadable': 1,
    'aso_service_credential_seconds x509': expect.closeTo(36_000, -1) as number,
  });
});

test('rules in force are counted, those that are over are not', async () => {
  const now = Date.now();
  const { metrics, seen } = recorder();
  const note = { reason: 'because', by: 'operator', at: now };
  const rules = noRules();
  rules.sites.push({ ...note, site: 'T2_IT_Pisa', end: 'source', until: null, cancelActive: false });
  rules.sites.push({ ...note, site: 'T2_US_MIT', end: 'source', until: now - 1, cancelActive: false });
  rules.users.push({ ...note, user: 'alice', until: now + HOUR });
  rules.trips.push({
    ...note,
    kind: 'site',
    name: 'T2_US_MIT',
    end: 'source',
    armed: false,
    until: now + HOUR,
    inRow: 1,
  });
  await rulesSample({ rules: () => Promise.resolve(rules) }).take(metrics);
  expect(Object.fromEntries(seen)).toEqual({
    'aso_rules closed_source': 1,
    'aso_rules blocked_user': 1,
    'aso_breakers_tripped site dry_run': 1,
  });
});

test('a sample that fails is counted and taken again, and holds up no other', async () => {
  const { metrics, seen } = recorder();
  let tries = 0;
  const broken = { name: 'queues', everyMs: 5, take: () => Promise.reject(new Error(`try ${(tries += 1)}`)) };
  const good = {
    name: 'rules',
    everyMs: 60_000,
    take: (to: Metrics) => Promise.resolve(to.set('aso_rules', 1, { rule: 'paused' })),
  };
  const sampling = startSampling(metrics, [broken, good]);
  await expect.poll(() => tries).toBeGreaterThan(2);
  sampling.close();
  expect(Object.fromEntries(seen)).toEqual({ 'aso_sample_failures_total queues': 1, 'aso_rules paused': 1 });
});
