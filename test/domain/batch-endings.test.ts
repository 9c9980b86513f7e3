import { describe, expect, it } from 'vitest';
import type { BatchState } from '../../src/domain/batch/batch-state.ts';
import { applyJobGone } from '../../src/domain/batch/fts-results.ts';
import { isBatchOver, takeReport } from '../../src/domain/batch/reporting.ts';
import { stagesOf } from '../../src/domain/batch/stage-views.ts';
import { keptSource } from '../../src/domain/batch/kept-source.ts';
import { dueForLook, needsSum } from '../../src/domain/batch/settling.ts';
import { applyShadowRows } from '../../src/domain/batch/shadows.ts';
import { arrived, cancel, cancelled, DAY, file, fts, GRACE, look, NOW, order, row, sent } from './model/batch-kit.ts';

describe('a newer generation', () => {
  const supersede = (state: BatchState): void => order(state, { kind: 'supersede', keys: ['a'] });
  const dropped = (state: BatchState): unknown => takeReport(state, 1, 'wanted')?.dropped;

  it('gets what was not sent at once, but not before a dying copy is gone', () => {
    const state = sent();
    cancelled(state, [row('a', 'CANCELED')], { asked: [file(state)], givenUp: 'slow' });
    supersede(state);
    expect(dropped(state)).toEqual([{ key: 'a', publication: 'NEW', notBefore: NOW + GRACE }]);
  });

  it('waits for the end of what was sent', () => {
    const state = sent(['a', 'b']);
    supersede(state);
    expect(state.toKill()).toHaveLength(1);
    // Its copy runs, so that FTS was not asked to stop it: it is left to its end.
    cancelled(state, [row('a', 'ACTIVE', { finishedAt: null })], { whole: false });
    expect(state.toKill()).toEqual([]);
    expect(dropped(state)).toEqual([]);
    applyShadowRows(state, { jobId: 'j1', keys: ['a'] }, [row('a', 'FAILED')], NOW);
    expect(dropped(state)).toEqual([{ key: 'a', publication: 'NEW', notBefore: NOW + GRACE }]);
  });

  it('goes on when FTS lost the job of the older one', () => {
    const state = sent();
    supersede(state);
    applyJobGone(state, NOW);
    expect(dropped(state)).toEqual([{ key: 'a', publication: 'NEW', notBefore: NOW + GRACE }]);
  });

  it('waits for the answer of the publisher, and calls off the clean-up', () => {
    for (const publication of ['DONE', 'FAILED'] as const) {
      const state = arrived();
      look(state, { source: 'left' });
      order(state, { kind: 'release', keys: ['a'] });
      file(state).handedOver = true;
      supersede(state);
      expect(dueForLook(state, Infinity)).toEqual([]);
      expect(dropped(state)).toEqual([]);
      order(state, { kind: 'published', keys: ['a'], state: publication, reason: null });
      expect(dropped(state)).toEqual([{ key: 'a', publication, notBefore: NOW }]);
    }
  });
});

describe('looks and clean-up', () => {
  /** The storage has not answered once until the file's time is up. */
  const neverSeen = (state: BatchState): void => look(state, { destination: 'unknown', reason: 'HTTP 503' }, NOW + DAY);

  it('take nothing for granted: a file whose storage does not answer is looked at again, less and less often', () => {
    const state = arrived();
    const pauses = Array.from({ length: 9 }, () => {
      const due = file(state).lookAt ?? NaN;
      look(state, { destination: 'unknown', reason: 'HTTP 503' }, due);
      expect(file(state)).toMatchObject({ phase: 'arrived', transfer: 'SUBMITTED' });
      return ((file(state).lookAt ?? NaN) - due) / 1000;
    });
    expect(pauses).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    expect(stagesOf(state, file(state), NOW).transfer).toMatchObject({
      ...{ said: 'HTTP 503', waitsFor: 'our look at its destination', nextTry: file(state).lookAt },
    });
    look(state, { destination: 'right', source: 'removed' }, file(state).lookAt ?? NaN);
    expect(file(state)).toMatchObject({ transfer: 'DONE', source: 'removed', lookAt: null });
  });

  it('believe FTS when the time of a file is up whose sum FTS has compared, and keep its source', () => {
    const state = arrived();
    neverSeen(state);
    expect(file(state)).toMatchObject({ transfer: 'DONE', source: 'present' });
    expect(isBatchOver(state)).toBe(false);
    look(state, { destination: 'absent' }, NOW + DAY);
    expect(file(state)).toMatchObject({ transfer: 'DONE', source: 'left', lookAt: null });
  });

  it('do not believe it where FTS knew no sum', () => {
    const state = arrived();
    file(state).record.adler32 = null;
    neverSeen(state);
    expect(file(state)).toMatchObject({ phase: 'settled', transfer: 'FAILED', source: 'present' });
    expect(file(state).attempts.at(0)?.reason).toContain('HTTP 503');
  });

  it('wait for the source where its sum is the only one to compare with, and are content with the size in the end', () => {
    for (const [destination, transfer] of [
      ['wrong', 'RETRY'],
      ['right', 'DONE'],
      ['likely', 'DONE'],
    ] as const) {
      const state = arrived();
      for (let n = 0; n < 9; n++) look(state, { destination: 'likely', source: 'left' }, file(state).lookAt ?? NaN);
      expect(file(state)).toMatchObject({ phase: 'arrived', transfer: 'SUBMITTED' });
      look(state, { destination }, destination === 'likely' ? NOW + DAY : NOW);
      expect(file(state)).toMatchObject({ transfer, source: 'present' });
    }
  });

  it('believe FTS where there is no way to see a storage', () => {
    const state = arrived();
    const blind = { destination: 'unknown', source: 'uncleaned', reason: 'no way to see root files' } as const;
    for (let n = 0; n < 2; n++) look(state, blind);
    expect(file(state).transfer).toBe('SUBMITTED');
    look(state, blind);
    expect(file(state)).toMatchObject({ transfer: 'DONE', source: 'uncleaned', lookAt: null });
  });

  it('never trust a suspicion, nor wait for it beyond the deadline', () => {
    const state = sent();
    fts(state, 'FAILED', ['a'], 'DESTINATION [17] file exists');
    for (let n = 0; n < 9; n++) look(state, { destination: 'unknown' });
    expect(file(state).phase).toBe('arrived');
    look(state, { destination: 'unknown' }, NOW + DAY);
    expect(file(state)).toMatchObject({ phase: 'settled', transfer: 'FAILED' });
  });

  it('find a file there whose source is gone', () => {
    const state = sent();
    fts(state, 'FAILED', ['a'], 'SOURCE [2] no such file');
    look(state, { source: 'removed' });
    expect(file(state)).toMatchObject({ transfer: 'DONE', attempts: [] });
  });

  it('leave a source alone that has changed', () => {
    const state = arrived();
    look(state, { source: 'changed' });
    expect(file(state)).toMatchObject({ transfer: 'DONE', source: 'changed', lookAt: null });
    expect(keptSource(file(state))).toMatchObject({ why: 'changed', since: NOW });
  });

  it('go on for as long as the policy says, then leave the source for the sweep, and the batch may end', () => {
    const state = arrived();
    look(state, { source: 'left', reason: 'HTTP 500' });
    expect(keptSource(file(state))).toEqual({ why: 'deletion-failed', reason: 'HTTP 500', since: NOW });
    const end = NOW + state.policy.cleanupTimeout * 1000;
    look(state, { source: 'left', reason: 'HTTP 500' }, end - 1);
    expect(file(state).lookAt).not.toBeNull();
    look(state, { source: 'left', reason: 'HTTP 500' }, end);
    expect(file(state)).toMatchObject({ source: 'uncleaned', lookAt: null });
    expect(keptSource(file(state))).toEqual({ why: 'uncleaned', reason: 'HTTP 500', since: NOW });
  });

  it('end at once where there is no way to remove the source', () => {
    const state = arrived();
    look(state, { source: 'uncleaned', reason: 'no way to delete srm' });
    expect(file(state)).toMatchObject({ transfer: 'DONE', source: 'uncleaned', lookAt: null });
  });

  it('do not count where the storage could not be asked', () => {
    const state = arrived();
    for (let n = 0; n < 9; n++) look(state, { destination: 'unasked' }, file(state).lookAt ?? NaN);
    expect(file(state)).toMatchObject({ phase: 'arrived', transfer: 'SUBMITTED', looks: 0 });
  });

  it('take the size alone for proof, but not of what was there before our first attempt', () => {
    expect(needsSum(file(arrived()))).toBe(false);
    const state = sent();
    const meet = (): void => fts(state, 'FAILED', ['a'], 'DESTINATION [17] file exists');
    meet();
    expect(needsSum(file(state))).toBe(true);
    look(state, { destination: 'unproven' });
    expect(file(state)).toMatchObject({ foreign: true, attempts: [{ class: 'exists' }] });
    // It has not become ours by our trying again.
    state.beginAttempt(Infinity);
    state.submitted('j2', 'digest', NOW);
    meet();
    expect(needsSum(file(state))).toBe(true);
  });
});

describe('a source left behind', () => {
  const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';

  it('is told of files that failed or were killed, with why and since when', () => {
    const failed = sent();
    fts(failed, 'FAILED', ['a'], REFUSED);
    expect(keptSource(file(failed))).toEqual({ why: 'failed', reason: REFUSED, since: NOW });
    const killed = sent();
    order(killed, cancel('all'));
    fts(killed, 'CANCELED');
    expect(keptSource(file(killed))).toEqual({ why: 'killed', reason: 'me: because', since: NOW });
  });

  it('is none while the file is under way, nor where it was removed', () => {
    const state = arrived();
    expect(keptSource(file(state))).toBeNull();
    look(state, { source: 'removed' });
    expect(keptSource(file(state))).toBeNull();
  });
});
