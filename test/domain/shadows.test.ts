import { describe, expect, it } from 'vitest';
import { fateOf, isLeftBehind, longestCopy } from '../../src/domain/batch/copy-fate.ts';
import type { BatchState } from '../../src/domain/batch/batch-state.ts';
import { applyFtsResults } from '../../src/domain/batch/fts-results.ts';
import { isBatchOver, takeReport } from '../../src/domain/batch/reporting.ts';
import type { ArrivalResult } from '../../src/domain/batch/settling.ts';
import { applyArrivalResults, applyShadowRows, followedShadows, shadowsDue } from '../../src/domain/batch/shadows.ts';
import { cancel, cancelled, file, fts, GRACE, middle, NOW, order, row, sent } from './model/batch-kit.ts';

const HOUR = 3_600_000;
const running = (key: string) => row(key, 'ACTIVE', { finishedAt: null });
const killed = (key: string, over = {}) => row(key, 'CANCELED', over);

/** A batch of which one file was cancelled and was found so in FTS. */
function cancelledAlone(found = running('a')): BatchState {
  const state = sent(['a', 'b']);
  order(state, cancel(['a']));
  cancelled(state, [found, running('b')], { whole: false });
  return state;
}

const rows = (state: BatchState, given: Parameters<typeof applyShadowRows>[2], now = NOW): void =>
  applyShadowRows(state, { jobId: 'j1', keys: ['a', 'b'] }, given, now);
const arrival = (state: BatchState, found: ArrivalResult['found'], now: number): void =>
  applyArrivalResults(state, [{ key: 'a', found }], now);

describe('what a row of FTS says of its copy', () => {
  it.each([
    ['open', 'ACTIVE', {}],
    ['open', 'SELECTED', {}],
    ['open', 'ARCHIVING', {}],
    ['ended', 'FINISHED', {}],
    ['ended', 'FAILED', {}],
    ['dying', 'CANCELED', { finishedAt: null }],
    ['none', 'CANCELED', { startedAt: null }],
    ['ended', 'CANCELED', { reason: 'Job canceled by the user' }],
    ['unseen', 'CANCELED', { reason: '' }],
  ])('%s: %s %j', (fate, state, over) => {
    expect(fateOf(row('a', state, over))).toBe(fate);
  });

  it.each([
    ['CANCELED', 'ON_HOLD', true],
    ['FINISHEDDIRTY', 'NOT_USED', true],
    ['CANCELED', 'TOKEN_PREP', true],
    ['ACTIVE', 'ON_HOLD', false],
    ['CANCELED', 'ACTIVE', false],
    ['FAILED', 'SUBMITTED', false],
  ])('a job %s and its file %s: left behind is %s', (job, state, left) => {
    expect(isLeftBehind(job, state)).toBe(left);
  });
});

describe('a file cancelled alone', () => {
  it('that never started is free at once', () => {
    const state = cancelledAlone(killed('a', { startedAt: null, reason: '' }));
    expect(file(state)).toMatchObject({ transfer: 'KILLED', notBefore: 0 });
    expect(state.shadows).toEqual([]);
  });

  it('that runs is KILLED at once; its batch stays until FTS says that the copy has ended', () => {
    const state = cancelledAlone();
    expect(takeReport(state, 1, 'active')).toMatchObject({ groups: [{ transfer: 'KILLED' }], lingering: true });
    expect(followedShadows(state)).toMatchObject({ jobId: 'j1', keys: ['a'], stoppable: false });
    rows(state, [running('a')], NOW + 5 * HOUR);
    expect(state.shadows).toHaveLength(1);
    rows(state, [row('a', 'FAILED')], NOW + 6 * HOUR);
    expect(takeReport(state, 1, 'active')).toMatchObject({ lingering: false });
  });

  it('that lands is looked for until it is removed', () => {
    const state = cancelledAlone();
    rows(state, [row('a', 'FINISHED')], NOW);
    expect(shadowsDue(state, NOW)).toHaveLength(1);
    arrival(state, 'unknown', NOW);
    expect(shadowsDue(state, NOW)).toHaveLength(0);
    expect(shadowsDue(state, NOW + HOUR)).toHaveLength(1);
    arrival(state, 'removed', NOW + HOUR);
    expect(state.shadows).toEqual([]);
  });

  it('that lands where nothing can be removed is reported and left after ten looks', () => {
    const state = cancelledAlone();
    rows(state, [row('a', 'FINISHED')], NOW);
    for (let look = 1; look <= 10; look++) {
      expect(state.shadows).toHaveLength(1);
      arrival(state, 'unknown', NOW + look * HOUR);
    }
    expect(state.shadows).toEqual([]);
    expect(file(state).sourceReason).toMatch(/could not be removed/);
  });

  it('that lands is left there where the owner has no credential for as long as clean-ups go on', () => {
    const state = cancelledAlone();
    rows(state, [row('a', 'FINISHED')], NOW);
    const end = NOW + state.policy.cleanupTimeout * 1000;
    arrival(state, 'unasked', end - 1);
    expect(state.shadows).toHaveLength(1);
    arrival(state, 'unasked', end);
    expect(state.shadows).toEqual([]);
    expect(file(state).sourceReason).toContain('could not be removed');
  });

  it('is stopped with its job when nothing else of it is wanted', () => {
    const state = cancelledAlone();
    fts(state, 'FINISHED', ['b']);
    expect(followedShadows(state)).toMatchObject({ keys: ['a'], stoppable: true });
  });

  it('is stopped with the others when they are cancelled, too', () => {
    const state = cancelledAlone();
    order(state, cancel(['b']));
    cancelled(state, [killed('a', { finishedAt: null }), killed('b', { finishedAt: null })]);
    expect(followedShadows(state)).toMatchObject({ keys: ['a', 'b'], stoppable: false });
    rows(state, [killed('a'), killed('b')], NOW + GRACE);
    expect(shadowsDue(state, NOW + 2 * GRACE - 1)).toEqual([]);
    expect(shadowsDue(state, NOW + 2 * GRACE).map(({ key }) => key)).toEqual(['a', 'b']);
    for (const key of ['a', 'b']) applyArrivalResults(state, [{ key, found: 'absent' }], NOW + 2 * GRACE);
    expect(file(state)).toMatchObject({ transfer: 'KILLED' });
    expect(isBatchOver(state)).toBe(true);
  });

  it('whose copy FTS has stopped already is looked for all the same: it may have come to its end just before', () => {
    const state = sent(['a']);
    order(state, cancel('all'));
    cancelled(state, [killed('a')]);
    expect(takeReport(state, 1, 'active')).toMatchObject({ groups: [{ transfer: 'KILLED' }], ended: false });
    expect(shadowsDue(state, NOW + GRACE)).toHaveLength(1);
    arrival(state, 'removed', NOW + GRACE);
    expect(isBatchOver(state)).toBe(true);
  });

  it('that starts just before our DELETE is watched for as long as FTS lets a copy run', () => {
    const state = cancelledAlone(killed('a', { reason: '' }));
    const end = NOW + longestCopy(file(state).record.size) * 1000;
    expect(followedShadows(state)).toBeNull();
    let now = NOW;
    for (let looks = 0; state.shadows.length > 0 && looks < 100; looks++) {
      now = state.shadows[0]?.lookAt ?? Infinity;
      arrival(state, 'absent', now);
    }
    expect(now).toBe(end);
  });

  it('that starts just before our DELETE and arrives is removed, and free at once', () => {
    const state = cancelledAlone(killed('a', { reason: '' }));
    order(state, { kind: 'supersede', keys: ['a'] });
    arrival(state, 'absent', NOW + GRACE);
    // A part of it may be seen before the whole.
    arrival(state, 'foreign', NOW + 2 * GRACE);
    arrival(state, 'removed', NOW + 3 * GRACE);
    expect(takeReport(state, 1, 'active')?.dropped).toEqual([
      { key: 'a', publication: 'NEW', notBefore: NOW + 3 * GRACE },
    ]);
  });
});

describe('an attempt that is given up', () => {
  it('is followed by another one only when its copy has stopped', () => {
    const state = sent();
    cancelled(state, [killed('a', { finishedAt: null })], { asked: [file(state)], givenUp: 'slow' });
    expect(file(state)).toMatchObject({ phase: 'waiting', transfer: 'RETRY' });
    expect(state.nextAttemptAt()).toBeNull();
    rows(state, [killed('a')], NOW + 5 * GRACE);
    expect(state.nextAttemptAt()).toBeGreaterThanOrEqual(NOW + 6 * GRACE);
  });

  it('counts the grace by our own clock, whatever FTS takes the time for', () => {
    for (const skew of [-3600, 3600]) {
      const state = sent();
      const found = killed('a', { finishedAt: NOW / 1000 + skew, startedAt: NOW / 1000 + skew - 10 });
      cancelled(state, [found], { asked: [file(state)], givenUp: 'slow' });
      expect(file(state).notBefore).toBe(NOW + GRACE);
    }
  });

  it('is not sent again while a copy runs that somebody else cancelled alone', () => {
    const state = sent();
    applyFtsResults(state, [killed('a', { reason: '' })], NOW, middle);
    expect(file(state)).toMatchObject({ transfer: 'RETRY' });
    expect(state.nextAttemptAt()).toBeNull();
    arrival(state, 'removed', NOW + GRACE);
    expect(state.nextAttemptAt()).not.toBeNull();
  });
});
