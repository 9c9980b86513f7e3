import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OPERATION_NAMES, type OperationName, type OperationRequests } from '../../../src/contract/operations.ts';
import { carryOut, RequestFault } from '../../../src/domain/operations/acts.ts';
import { JOURNAL_LENGTH } from '../../../src/domain/operations/journal.ts';
import { OperationsState } from '../../../src/domain/operations/operations-state.ts';
import { requestFault } from '../../../src/domain/operations/request-checks.ts';
import { MAX_ROWS } from '../../../src/domain/operations/rules.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const BY = { reason: 'downtime', by: 'bob' };
const SITE = 'T2_IT_Pisa';
const TASK = '261122_100000:alice_crab_x';

const good: { [Name in OperationName]: OperationRequests[Name] } = {
  closeSite: { site: SITE, direction: 'source', until: '2h', cancelActive: true, ...BY },
  openSite: { site: SITE, ...BY },
  blockUser: { user: 'mallory', until: '2026-11-25T12:00Z', ...BY },
  unblockUser: { user: 'mallory', ...BY },
  setPriority: { user: 'alice', priority: 5, ...BY },
  setServer: { site: SITE, server: 'https://fts.example:8446/', ...BY },
  pauseAll: { until: '90m', ...BY },
  resumeAll: BY,
  setBreaker: { breaker: 'site', dryRun: false, share: 0.5, minimum: 10, users: 1, window: 60, hold: 60, ...BY },
  tripBreaker: { site: SITE, end: 'destination', ...BY },
  resetBreaker: { task: TASK, ...BY },
};

describe('a request', () => {
  test.each(OPERATION_NAMES)(
    '%s is taken, entered with who and why, and leaves its fields checked one by one',
    (name) => {
      const request = good[name];
      expect(requestFault(name, request)).toBeNull();
      const state = new OperationsState();
      const { did, ignored } = carryOut(state, name, request, NOW);
      expect(did.length + ignored.length).toBeGreaterThan(0);
      expect(state.journal.entries.map(({ what }) => what)).toEqual(did);
      for (const entry of state.journal.entries) expect(entry).toMatchObject({ ...BY, at: NOW });
      for (const [field] of Object.entries(request))
        expect(requestFault(name, { ...request, [field]: [] }), field).toMatch(new RegExp(`^${field}: must be `));
      for (const field of ['reason', 'by']) {
        const unsigned = Object.entries(request).filter(([key]) => key !== field);
        expect(requestFault(name, Object.fromEntries(unsigned))).toMatch(new RegExp(`^${field}: must be `));
      }
      expect(requestFault(name, { ...request, untill: '2h' })).toMatch(/^"untill": is none of /);
    },
  );

  it.each([
    ['closeSite', { site: 'Pisa' }, 'site: must be a CMS site name such as T2_IT_Pisa'],
    ['closeSite', { site: SITE, until: 'tomorrow' }, 'until: must be a span of time such as'],
    ['closeSite', { site: SITE, until: '2026-11-24T12:00' }, 'until: must be a span of time such as'],
    ['closeSite', { site: SITE, direction: 'up' }, 'direction: must be one of source, destination, both'],
    ['blockUser', { user: '../etc' }, 'user: must be a CRAB user name'],
    ['setPriority', { user: 'alice', priority: 6 }, 'priority: must be a whole number from 1 to 5; or null'],
    ['setServer', { site: SITE, server: 'http://fts.example' }, 'server: must be an https:// URL'],
    ['setServer', { site: SITE, server: 'https://me:secret@fts.example' }, 'server: must be an https:// URL'],
    ['setBreaker', { breaker: 'user' }, 'breaker: must be one of site, task'],
    ['setBreaker', { breaker: 'site', share: 0 }, 'share: must be a number from 0.01 to 1'],
    ['tripBreaker', {}, 'site: must be given, or task, not both'],
    ['tripBreaker', { site: SITE, end: 'source', task: TASK }, 'site: must be given, or task, not both'],
    ['resetBreaker', { site: SITE }, 'end: must be given with a site'],
    ['pauseAll', { reason: 'a\u0007b' }, 'reason: must be a text of 1 to 200 characters'],
  ] as const)('%s %j is refused by field and rule', (name, request, fault) => {
    expect(requestFault(name, { ...BY, ...request })).toContain(fault);
  });

  it('of any shape is either refused or done, and never more than that', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(SITE, 'alice', '2h', 'source', TASK, 3, null, true));
    const fields = ['site', 'user', 'until', 'direction', 'priority', 'server', 'task', 'end', 'reason', 'by'];
    const requests = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...fields), value));
    fc.assert(
      fc.property(fc.constantFrom(...OPERATION_NAMES), requests, (name, request) => {
        if (requestFault(name, request) !== null) return;
        const state = new OperationsState();
        try {
          carryOut(state, name, request as never, NOW);
        } catch (error) {
          expect(error).toBeInstanceOf(RequestFault);
        }
        expect(new OperationsState(JSON.parse(JSON.stringify(state.snapshot())) as never)).toEqual(state);
      }),
    );
  });
});

test('a request that cannot be done changes nothing', () => {
  const state = new OperationsState();
  const close = (until: string) => carryOut(state, 'closeSite', { site: SITE, until, ...BY }, NOW);
  expect(() => close('2026-11-24T11:59Z')).toThrow('until: must be in the future');
  expect(() => close('400d')).toThrow('until: must be within a year');
  for (let n = 1; n < MAX_ROWS; n += 1) carryOut(state, 'closeSite', { site: `T2_XX_${n}`, direction: 'source', ...BY }, NOW); // prettier-ignore
  const before = structuredClone(state.snapshot());
  expect(() => carryOut(state, 'closeSite', { site: SITE, ...BY }, NOW)).toThrow('there are 300 such rules already');
  expect(state.snapshot()).toEqual(before);
});

test('the fullest books fit into one payload', () => {
  const state = new OperationsState();
  const long = { reason: 'ä'.repeat(200), by: 'ö'.repeat(100) };
  for (let n = 0; n < MAX_ROWS; n += 1) {
    carryOut(state, 'closeSite', { site: `T2_XX_${'x'.repeat(80)}${n}`, direction: 'source', ...long }, NOW);
    carryOut(state, 'blockUser', { user: `u${'x'.repeat(90)}${n}`, ...long }, NOW);
    carryOut(state, 'setPriority', { user: `u${'x'.repeat(90)}${n}`, priority: 1, ...long }, NOW);
    carryOut(state, 'setServer', { site: `T2_XX_${n}`, server: `https://x/${'x'.repeat(280)}`, ...long }, NOW);
    carryOut(state, 'tripBreaker', { site: `T2_XX_${n}`, end: 'source', ...long }, NOW);
  }
  state.hurried = [];
  expect(state.journal.entries).toHaveLength(JOURNAL_LENGTH);
  expect(Buffer.byteLength(JSON.stringify(state.snapshot()))).toBeLessThan(2 * 1024 * 1024);
});

test('what was to hold until some time ends by itself, and the journal says so', () => {
  const state = new OperationsState();
  carryOut(state, 'closeSite', { site: SITE, direction: 'source', until: '2h', ...BY }, NOW);
  carryOut(state, 'blockUser', { user: 'mallory', until: '1h', ...BY }, NOW);
  carryOut(state, 'pauseAll', { until: '3h', ...BY }, NOW);
  expect(state.nextEnd).toBe(NOW + 3_600_000);
  for (const hours of [1, 2, 3]) state.expire(NOW + hours * 3_600_000);
  expect(state.rules).toMatchObject({ sites: [], users: [], paused: null });
  expect(state.nextEnd).toBeNull();
  expect(state.journal.entries.slice(3).map(({ what, by, at }) => `${by} ${at - NOW}: ${what}`)).toEqual([
    'itself 3600000: unblocked mallory',
    `itself 7200000: opened ${SITE} as source`,
    'itself 10800000: resumed everything',
  ]);
});
