import { expect, test } from 'vitest';
import { BatchState } from '../../src/domain/batch/batch-state.ts';
import { barAll, permit } from '../../src/domain/batch/holding.ts';
import { takeReport } from '../../src/domain/batch/reporting.ts';
import { describeFile } from '../../src/domain/batch/views.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { cancel, cancelled, DAY, file, fts, GRACE, newBatch, NOW, order, row, sent, TARGET, told } from './model/batch-kit.ts'; // prettier-ignore

const WHY = 'site T2_IT_Pisa is closed (source) by bob: downtime';

/** A batch that an operator's rule has met at its first submission. */
function barred(): BatchState {
  const state = newBatch(['a', 'b']);
  order(state, { kind: 'admit', target: TARGET });
  state.beginAttempt(NOW);
  barAll(state, WHY, NOW);
  return state;
}

test('files that an operator holds are HELD with the reason, use no turn, and go on as what they were', () => {
  const state = barred();
  expect(told(state)).toEqual(['all HELD NEW']);
  expect([state.slot, state.attempt]).toEqual(['idle', 1]);
  expect(describeFile(file(state)).sourceState).toBe(`present: ${WHY}`);
  const restored = BatchState.restore(structuredClone(state.snapshot()), DEFAULT_POLICY);
  expect(restored.bar).toBe(WHY);
  permit(restored);
  expect([file(restored).transfer, file(restored).heldReason, file(restored).attempts]).toEqual(['NEW', null, []]);
  expect(restored.nextAttemptAt()).toBe(NOW);
});

test('a file that has failed before is RETRY again when nothing holds it', () => {
  const state = sent();
  fts(state, 'FAILED', ['a'], 'SOURCE [112] curl error (56)');
  barAll(state, WHY, NOW);
  expect(file(state).transfer).toBe('HELD');
  permit(state);
  expect([file(state).transfer, file(state).attempts.length]).toEqual(['RETRY', 1]);
});

test('its time goes on while it is held, and its end says what held it; a kill ends it at once', () => {
  const state = barred();
  order(state, cancel(['b']));
  expect(file(state, 'b').transfer).toBe('KILLED');
  expect(state.expire(NOW + DAY)).toBe(true);
  expect(file(state)).toMatchObject({
    transfer: 'FAILED',
    attempts: [{ class: 'deadline', code: 60317, reason: `Cancelled ASO transfer after timeout, held: ${WHY}` }],
  });
});

test('what a person tries again while the rest is held is held with it, and its time counts', () => {
  const state = sent(['a', 'b']);
  fts(state, 'FAILED', ['a'], 'DESTINATION [13] Permission denied');
  fts(state, 'FAILED', ['b'], 'SOURCE [112] curl error (56)');
  barAll(state, WHY, NOW);
  expect([file(state).transfer, file(state, 'b').transfer]).toEqual(['FAILED', 'HELD']);
  order(state, { kind: 'retry', keys: ['a'], what: 'transfer' }, NOW + 1);
  barAll(state, WHY, NOW + 1);
  expect(file(state)).toMatchObject({ transfer: 'HELD', heldReason: WHY, since: NOW + 1 });
});

test('the task hears of it when another rule holds the files', () => {
  const state = barred();
  expect(told(state)).toEqual(['all HELD NEW']);
  expect(told(state)).toEqual([]);
  barAll(state, 'everything is paused by bob: power', NOW);
  expect(takeReport(state, 1, 'idle')).toMatchObject({ groups: [{ reason: 'everything is paused by bob: power' }] });
});

test('what is called back waits without an attempt counted, but for what had failed or arrived by itself', () => {
  const state = sent(['a', 'b', 'c']);
  const asked = state.list('sent');
  const rows = [row('a', 'CANCELED'), row('b', 'FINISHED'), row('c', 'FAILED', { reason: 'SOURCE [112] curl error' })];
  cancelled(state, rows, { asked, givenUp: WHY, barred: true });
  barAll(state, WHY, NOW);
  expect(file(state, 'a')).toMatchObject({ transfer: 'HELD', heldReason: WHY, attempts: [], notBefore: NOW + GRACE });
  expect(file(state, 'b').phase).toBe('arrived');
  expect(file(state, 'c')).toMatchObject({ transfer: 'HELD', attempts: [{ class: 'transient' }] });
  permit(state);
  expect([file(state, 'a').transfer, file(state, 'c').transfer]).toEqual(['NEW', 'RETRY']);
});
