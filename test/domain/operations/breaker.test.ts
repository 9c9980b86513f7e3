import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_COUNTS, takeOutcomes } from '../../../src/domain/operations/breaker.ts';
import { isSitesFault, isTasksFault, outcomeOf, type CopyOutcome } from '../../../src/domain/operations/copy-outcomes.ts'; // prettier-ignore
import { holdOf } from '../../../src/domain/operations/hold.ts';
import { OperationsState } from '../../../src/domain/operations/operations-state.ts';
import { isOutcomeReport } from '../../../src/domain/operations/report-check.ts';
import type { BreakerSettings } from '../../../src/domain/operations/rules.ts';

const NOW = 1_800_000_000_000;
const [A, B] = ['T2_IT_Pisa', 'T2_CH_CERN'];
const taskOf = (user: string, n = 1): string => `261122_10000${n}:${user}_crab_x`;

function stateWith(settings: Partial<BreakerSettings> = {}): OperationsState {
  const state = new OperationsState();
  Object.assign(state.rules.breakers.site, { dryRun: false, minimum: 10, users: 2, share: 0.8, ...settings });
  state.rules.breakers.task.on = false;
  return state;
}

const outcomes = (copies: number, reason: string | null, user = 'alice'): CopyOutcome => ({
  ...{ task: taskOf(user), source: A, destination: B, copies },
  ...outcomeOf(reason === null ? 'FINISHED' : 'FAILED', reason ?? ''),
});
const RESET = 'SOURCE [112] curl error (56): reset';
const take = (state: OperationsState, at: number, ...list: CopyOutcome[]) =>
  takeOutcomes(state, { at, outcomes: list });
const tripped = ({ rules }: OperationsState) => rules.trips.map(({ name, inRow }) => `${name} ${inRow}`);

describe('a breaker', () => {
  test('trips at its share and minimum, on failures of several users, and holds what it watches', () => {
    const state = stateWith();
    expect(take(state, NOW, outcomes(9, RESET))).toEqual([]);
    expect(take(state, NOW + 1, outcomes(9, RESET))).toEqual([]); // 18 of one user
    expect(take(state, NOW + 2, outcomes(5, null, 'carol'))).toEqual([]);
    expect(take(state, NOW + 3, outcomes(2, RESET, 'carol'))).toEqual([
      `holds site ${A} (source): 20 of 25 copies failed within 600 s, the last one with transient`,
    ]);
    expect(state.rules.trips).toMatchObject([{ kind: 'site', name: A, end: 'source', until: NOW + 3 + 900_000 }]);
    const errand = { task: taskOf('bob'), user: 'bob', source: A, destination: B };
    expect(holdOf(state.rules, errand, NOW + 4)).not.toBeNull();
    expect(holdOf(state.rules, { ...errand, source: B }, NOW + 4)).toBeNull();
  });

  test('counts only what its window shows', () => {
    const state = stateWith({ users: 1 });
    take(state, NOW, outcomes(9, RESET));
    take(state, NOW + 601_000, outcomes(9, RESET));
    expect(tripped(state)).toEqual([]);
  });

  test('only tells in a dry run, once', () => {
    const state = stateWith({ dryRun: true, users: 1 });
    expect(take(state, NOW, outcomes(10, RESET))).toHaveLength(1);
    expect(take(state, NOW + 1, outcomes(10, RESET))).toEqual([]);
    expect(holdOf(state.rules, { task: taskOf('bob'), user: 'bob', source: A }, NOW + 2)).toBeNull();
  });

  test('holds twice as long each time it fails again after its hold, and lets go when copies succeed', () => {
    const state = stateWith({ users: 1, hold: 10 });
    take(state, NOW, outcomes(10, RESET));
    take(state, NOW + 5_000, outcomes(3, null)); // sent before
    expect(tripped(state)).toEqual([`${A} 1`]);
    take(state, NOW + 10_000, outcomes(1, RESET));
    expect(state.rules.trips).toMatchObject([{ inRow: 2, until: NOW + 30_000 }]);
    for (let n = 3, at = NOW + 30_000; n < 9; n += 1, at += 80_000) take(state, at, outcomes(1, RESET));
    expect((state.rules.trips[0]?.until ?? 0) - (state.rules.trips[0]?.at ?? 0)).toBe(80_000);
    const after = state.rules.trips[0]?.until ?? 0;
    expect(take(state, after, outcomes(2, null))).toEqual([`lets go of site ${A} (source)`]);
    expect(tripped(state)).toEqual([]);
    expect(state.journal.entries.at(-1)).toMatchObject({ by: 'breaker', reason: 'copies succeed again' });
  });

  test('of a task trips on whatever fails for it', () => {
    const state = stateWith();
    Object.assign(state.rules.breakers.task, { on: true, dryRun: false, minimum: 5 });
    take(state, NOW, outcomes(5, 'DESTINATION [1] HTTP 403 : Permission refused'));
    expect(state.rules.trips).toMatchObject([{ kind: 'task', name: taskOf('alice') }]);
  });

  test('that is off counts nothing', () => {
    const state = stateWith({ on: false, users: 1 });
    take(state, NOW, outcomes(100, RESET));
    expect([state.counts.size, tripped(state)]).toEqual([0, []]);
  });
});

test.each([
  [RESET, [true, false], true],
  ['DESTINATION [112] curl error (56): reset', [false, true], true],
  ['TRANSFER [112] curl error (56): reset', [true, true], true],
  ['DESTINATION [1] HTTP 507: Insufficient Storage', [false, true], true],
  ['DESTINATION [1] HTTP 403 : Permission refused', [false, false], true],
  ['TRANSFER [1] proxy has expired', [false, false], true],
  ['SOURCE [2] No such file or directory', [false, false], true],
  ['Cancelled ASO transfer after timeout', [false, false], false],
])('%s counts against source and destination %j, against its task %j', (reason, sites, task) => {
  const outcome = outcomes(1, reason);
  expect([isSitesFault(outcome, 'source'), isSitesFault(outcome, 'destination')]).toEqual(sites);
  expect(isTasksFault(outcome)).toBe(task);
});

test('breakers never hold what did not fail, whatever the reports, and their books stay small', () => {
  const outcome = fc.record({
    task: fc.integer({ min: 0, max: 5000 }).map((n) => `261122_100000:u${n % 7}_crab_${n}`),
    source: fc.constantFrom(A, B),
    destination: fc.constantFrom(A, B),
    result: fc.constantFrom(null, RESET, 'DESTINATION [1] HTTP 507', 'DESTINATION [1] HTTP 403'),
    copies: fc.integer({ min: 1, max: 100 }),
  });
  const reports = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 1_000_000 }), list: fc.array(outcome) }));
  fc.assert(
    fc.property(reports, (list) => {
      const state = stateWith();
      Object.assign(state.rules.breakers.task, { on: true, dryRun: false });
      const failed = new Set<string>();
      let at = NOW;
      for (const report of list) {
        at += report.gap;
        const all = report.list.map(({ result, ...rest }) => ({ ...outcomes(1, result), ...rest }));
        for (const one of all) if (one.class !== null) for (const name of [one.task, one.source, one.destination]) failed.add(name); // prettier-ignore
        take(state, at, ...all);
        expect(state.counts.size).toBeLessThanOrEqual(MAX_COUNTS);
      }
      for (const { name } of state.rules.trips) expect(failed).toContain(name);
    }),
    { numRuns: 50 },
  );
});

test('only what a worker sends is a report', () => {
  const good = { at: NOW, outcomes: [outcomes(1, RESET), outcomes(2, null)] };
  expect(isOutcomeReport(good)).toBe(true);
  for (const bad of [
    null,
    1,
    [],
    {},
    { at: 'x', outcomes: [] },
    { at: NOW, outcomes: [null] },
    { ...good, at: NaN },
    { ...good, at: 1e18 },
    { ...good, at: -1 },
  ])
    expect(isOutcomeReport(bad)).toBe(false);
  for (const change of [
    { copies: 0 },
    { copies: 1.5 },
    { copies: 1e300 },
    { class: 'bad' },
    { task: 1 },
    { source: 'x'.repeat(251) },
  ])
    expect(isOutcomeReport({ at: NOW, outcomes: [{ ...outcomes(1, RESET), ...change }] })).toBe(false);
  expect(isOutcomeReport({ at: NOW, outcomes: Array(501).fill(outcomes(1, null)) })).toBe(false);
});
