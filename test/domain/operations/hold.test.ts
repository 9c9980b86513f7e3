import { describe, expect, test } from 'vitest';
import { holdOf, type Errand } from '../../../src/domain/operations/hold.ts';
import { noRules, type OperatorRules } from '../../../src/domain/operations/rules.ts';

const NOW = 1_800_000_000_000;
const note = { reason: 'why', by: 'bob', at: NOW - 1 };
const [A, B] = ['T2_IT_Pisa', 'T2_CH_CERN'];
const errand: Errand = { task: 't', user: 'alice', source: A, destination: B };
const publication: Errand = { task: 't', user: 'alice' };

const held = (rules: Partial<OperatorRules>, what = errand, now = NOW): string | null =>
  holdOf({ ...noRules(), ...rules }, what, now)?.reason ?? null;
const site = (name: string, end: 'source' | 'destination', more: object = {}) => ({
  ...{ site: name, end, until: null, cancelActive: false, ...note, ...more },
});

describe('an errand', () => {
  test.each([
    ['nothing', {}, null],
    ['its source', { sites: [site(A, 'source')] }, `site ${A} is closed (source) by bob: why`],
    ['its destination', { sites: [site(B, 'destination')] }, `site ${B} is closed (destination) by bob: why`],
    ['its source as a destination', { sites: [site(A, 'destination')] }, null],
    ['another site', { sites: [site('T2_US_MIT', 'source')] }, null],
    ['its user', { users: [{ user: 'alice', until: null, ...note }] }, 'user alice is blocked by bob: why'],
    ['another user', { users: [{ user: 'bob', until: null, ...note }] }, null],
    ['everything', { paused: { until: null, ...note } }, 'everything is paused by bob: why'],
  ] as [string, Partial<OperatorRules>, string | null][])('is held by a rule about it: %s', (_, rules, reason) => {
    expect(held(rules)).toBe(reason);
  });

  test('is held until the end of a rule, whether or not anybody has taken that out', () => {
    const rules = { sites: [site(A, 'source', { until: NOW + 1000 })] };
    expect(held(rules)).toBe(`site ${A} is closed (source) until ${new Date(NOW + 1000).toISOString().slice(0, 19)}Z by bob: why`); // prettier-ignore
    expect(held(rules, errand, NOW + 1000)).toBeNull();
  });

  test('that is a publication is held with its user and with everything, not with a site', () => {
    expect(held({ sites: [site(A, 'source'), site(B, 'destination')] }, publication)).toBeNull();
    expect(held({ users: [{ user: 'alice', until: null, ...note }] }, publication)).not.toBeNull();
    expect(held({ paused: { until: null, ...note } }, publication)).not.toBeNull();
  });

  test('is called back where either of its sites is closed so', () => {
    const sites = [site(A, 'source'), site(B, 'destination', { cancelActive: true })];
    expect(holdOf({ ...noRules(), sites }, errand, NOW)).toMatchObject({ cancelActive: true });
  });

  test('is held by an armed breaker; afterwards one at a time may go and see, another one when that one takes long', () => {
    const trip = { kind: 'site' as const, name: A, end: 'source' as const, armed: true, until: NOW, inRow: 1, ...note };
    const probe = (now: number) => holdOf({ ...noRules(), trips: [trip] }, errand, now)?.probe;
    expect(held({ trips: [{ ...trip, armed: false }] }, errand, NOW - 1)).toBeNull();
    expect(held({ trips: [trip] }, errand, NOW - 1)).toContain(`site ${A} (source) is held by its breaker until`);
    expect(probe(NOW - 1)).toBeUndefined();
    expect(probe(NOW)).toBeDefined();
    expect(probe(NOW + 1000)).toBe(probe(NOW));
    expect(probe(NOW + 6 * 60_000)).not.toBe(probe(NOW));
    // While one rule holds it, another one that lets it through counts for nothing.
    const task = { ...trip, kind: 'task' as const, name: 't', until: NOW + 1000 };
    expect(holdOf({ ...noRules(), trips: [trip, task] }, errand, NOW)?.probe).toBeUndefined();
  });
});
