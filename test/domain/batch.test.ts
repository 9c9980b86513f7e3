import { describe, expect, it } from 'vitest';
import { BatchState } from '../../src/domain/batch/batch-state.ts';
import { hold } from '../../src/domain/batch/holding.ts';
import { isBatchOver, takeReport } from '../../src/domain/batch/reporting.ts';
import { ruleOf } from '../../src/domain/failure-classes.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import {
  NOW,
  DAY,
  TARGET,
  cancelled,
  row,
  KEYS,
  newBatch,
  sent,
  arrived,
  file,
  order,
  cancel,
  fts,
  input,
  look,
  told,
} from './model/batch-kit.ts';

describe('attempts', () => {
  it('end with the budget of the class', () => {
    const state = sent();
    const { attempts } = ruleOf('transient');
    for (let n = 1; n <= attempts; n++) {
      // Over longer than what may last is tried for.
      fts(state, 'FAILED', ['a'], 'TRANSFER connection reset', NOW + n * 3 * 3_600_000);
      expect(file(state).transfer).toBe(n < attempts ? 'RETRY' : 'FAILED');
      state.beginAttempt(Infinity);
    }
    expect(file(state)).toMatchObject({ phase: 'settled', transfer: 'FAILED' });
  });

  it('begin together when due within one window', () => {
    const state = sent(KEYS);
    fts(state, 'FAILED', ['a'], 'TRANSFER connection reset', NOW);
    fts(state, 'FAILED', ['b'], 'TRANSFER connection reset', NOW + 10_000);
    fts(state, 'FAILED', ['c'], 'TRANSFER connection reset', NOW + 100_000);
    expect(state.nextAttemptAt()).toBe(NOW + 310_000);
    expect(state.beginAttempt(NOW + 310_000).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('are not counted while the site is misconfigured', () => {
    const state = sent();
    hold(state, 'no protocol', NOW);
    expect(file(state)).toMatchObject({ transfer: 'HELD', attempts: [], retryAt: NOW + 300_000 });
  });

  it('end at the deadline, wherever the file is', () => {
    const waiting = newBatch();
    expect(waiting.expire(NOW + DAY - 1)).toBe(false);
    expect(waiting.expire(NOW + DAY)).toBe(true);
    expect(file(waiting)).toMatchObject({
      transfer: 'FAILED',
      attempts: [{ class: 'deadline', code: 60317, at: NOW + DAY }],
    });

    const inFts = sent();
    inFts.expire(NOW + DAY);
    expect(inFts.toKill()).toHaveLength(1);

    const held = sent();
    hold(held, 'no protocol', NOW + DAY);
    expect(file(held).transfer).toBe('FAILED');

    const looked = arrived();
    look(looked, { destination: 'absent' }, NOW + DAY);
    expect(file(looked)).toMatchObject({ transfer: 'FAILED', phase: 'settled' });
  });

  it('begin anew with a retry by a person, deadline and budget included', () => {
    const state = newBatch();
    state.expire(NOW + DAY);
    order(state, { kind: 'retry', keys: ['a'], what: 'transfer' }, NOW + 2 * DAY);
    expect(file(state)).toMatchObject({ transfer: 'RETRY', kill: null, attempts: [] });
    expect(state.deadline).toBeNull();
    // As a continued run does at its start.
    const restored = BatchState.restore(structuredClone(state.snapshot()), DEFAULT_POLICY);
    expect(restored.expire(NOW + 2 * DAY)).toBe(false);
    restored.beginAttempt(NOW + 2 * DAY);
    expect(restored.toKill()).toEqual([]);
    restored.submitted('j2', 'digest', NOW + 2 * DAY);
    expect(restored.deadline).toBe(NOW + 3 * DAY);
  });
});

describe('a kill', () => {
  it('stops at once what was not sent', () => {
    const state = newBatch();
    order(state, cancel('all'));
    expect(file(state)).toMatchObject({ transfer: 'KILLED', phase: 'settled' });
    expect(isBatchOver(state)).toBe(true);
  });

  it('of what FTS had finished before comes too late', () => {
    const state = sent();
    order(state, cancel(['a']));
    expect(file(state).transfer).toBe('KILL');
    cancelled(state, [row('a', 'FINISHED')]);
    look(state, {});
    expect(file(state).transfer).toBe('DONE');
  });

  it('is remembered while a look decides', () => {
    const state = arrived();
    order(state, cancel(['a']));
    look(state, { destination: 'absent' });
    expect(file(state).transfer).toBe('KILLED');
  });

  it('of what is final changes nothing', () => {
    const state = arrived();
    look(state, { source: 'removed' });
    order(state, cancel('all'));
    expect(file(state)).toMatchObject({ transfer: 'DONE', kill: null });
  });
});

describe('reports', () => {
  it('tell every change once', () => {
    const state = sent(KEYS);
    expect(told(state)).toEqual([]);
    fts(state, 'FAILED', ['a', 'b'], 'TRANSFER connection reset');
    expect(told(state)).toEqual(['a,b RETRY NEW']);
    expect(told(state)).toEqual([]);
    fts(state, 'FINISHED', ['c']);
    look(state, { source: 'removed' }, NOW, ['c']);
    expect(told(state)).toEqual(['c DONE NEW']);
  });

  it('do not tell the task what it called off itself', () => {
    const state = arrived();
    look(state, { source: 'removed' });
    told(state);
    order(state, { kind: 'incomplete', keys: ['a'] });
    expect(told(state)).toEqual([]);
  });

  it('ask for a turn and give it back', () => {
    const state = newBatch();
    expect(takeReport(state, 1, 'wanted')).toBeNull();
    expect(takeReport(state, 1, 'idle')?.slot).toBe('wanted');
    order(state, { kind: 'admit', target: TARGET });
    expect(state.slot).toBe('active');
    state.beginAttempt(NOW);
    order(state, cancel('all'));
    cancelled(state, [row('a', 'CANCELED', { startedAt: null })]);
    expect(takeReport(state, 1, 'active')).toMatchObject({ slot: 'idle', ended: true });
  });

  it('say that the batch ends only when nothing is left, and again after a continue-as-new', () => {
    let state = arrived();
    look(state, { source: 'left' });
    order(state, { kind: 'finish' });
    expect(takeReport(state, 1, 'active')?.ended).toBe(false);
    state = BatchState.restore(
      JSON.parse(JSON.stringify(state.snapshot())) as ReturnType<BatchState['snapshot']>,
      DEFAULT_POLICY,
    );
    look(state, { source: 'removed' });
    expect(takeReport(state, 1, 'active')?.ended).toBe(true);
  });
});

it('a file after a killed one waits for the grace from when its batch begins', () => {
  const state = new BatchState([{ ...input('a'), afterKill: true }], DEFAULT_POLICY, NOW);
  expect(state.nextAttemptAt()).toBe(NOW + DEFAULT_POLICY.cancelGrace * 1000);
});

it('a policy from before a setting existed has its default', () => {
  const { cleanupTimeout, ...older } = DEFAULT_POLICY;
  expect(new BatchState([], older as Policy, NOW).policy.cleanupTimeout).toBe(cleanupTimeout);
});
