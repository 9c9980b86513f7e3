import { describe, expect, it } from 'vitest';
import { stagesOf } from '../../src/domain/batch/stage-views.ts';
import type { BatchState } from '../../src/domain/batch/batch-state.ts';
import { barAll, hold } from '../../src/domain/batch/holding.ts';
import type { TransferView } from '../../src/domain/stage-view.ts';
import {
  arrived,
  cancel,
  cancelled,
  DAY,
  file,
  fts,
  look,
  newBatch,
  NOW,
  order,
  row,
  sent,
} from './model/batch-kit.ts';

const RESET = 'TRANSFER [104] Connection reset by peer';

const transferOf = (state: BatchState, now = NOW): TransferView => stagesOf(state, file(state), now).transfer;

describe('a transfer', () => {
  it('waits for its turn, for FTS, for the copy, for our look, and then for nothing', () => {
    const state = newBatch();
    expect(transferOf(state)).toMatchObject({ state: 'NEW', waitsFor: 'its turn at FTS', attempts: 0, nextTry: null });
    const copied = sent();
    expect(transferOf(copied)).toMatchObject({ state: 'SUBMITTED', waitsFor: 'the copy in FTS', attempts: 1 });
    const there = arrived();
    expect(transferOf(there)).toMatchObject({ state: 'SUBMITTED', waitsFor: 'our look at its destination' });
    look(there, {});
    expect(transferOf(there)).toMatchObject({ state: 'DONE', reason: null, said: null, waitsFor: null, nextTry: null });
  });

  it('that failed says what went wrong, in words and in full, and when the next attempt is', () => {
    const state = sent(['a', 'b']);
    fts(state, 'FAILED', ['a'], RESET);
    const { retryAt } = file(state);
    expect(transferOf(state)).toMatchObject({
      ...{ state: 'RETRY', reason: 'Temporary problem of the network, a storage system or FTS.', said: RESET },
      ...{ waitsFor: 'the pause before the next attempt', nextTry: retryAt },
    });
    // With one that is due within a window it leaves together.
    fts(state, 'FAILED', ['b'], RESET, NOW + 10_000);
    expect(transferOf(state).nextTry).toBe(file(state, 'b').retryAt);
    expect(transferOf(state, DAY + NOW)).toMatchObject({ nextTry: null, waitsFor: 'FTS to take it' });
  });

  it('that is stopped says by whom, and what it waits for; one that won all the same is DONE and nothing else', () => {
    const state = sent();
    order(state, cancel(['a']));
    const reason = 'stopped by me: because';
    expect(transferOf(state)).toMatchObject({ state: 'KILL', reason, waitsFor: 'FTS to end the copy' });
    cancelled(state, [row('a', 'CANCELED')]);
    expect(transferOf(state)).toMatchObject({ state: 'KILLED', reason, waitsFor: null });
    const won = sent();
    order(won, cancel(['a']));
    cancelled(won, [row('a', 'FINISHED')]);
    look(won, {});
    expect(transferOf(won)).toMatchObject({ state: 'DONE', reason: null });
  });

  it('whose time is up says so', () => {
    const state = newBatch();
    state.expire(NOW + DAY);
    expect(transferOf(state)).toMatchObject({ state: 'FAILED', said: 'Cancelled ASO transfer after timeout' });
  });

  it('that is held says why: until another try, or until operators let it go on', () => {
    const state = sent();
    hold(state, 'no protocol', NOW);
    const held = { state: 'HELD', reason: 'held: no protocol' };
    expect(transferOf(state)).toMatchObject({ ...held, waitsFor: 'another try', nextTry: NOW + 300_000 });
    const barred = sent();
    barAll(barred, 'no protocol', NOW);
    expect(transferOf(barred)).toMatchObject({ ...held, waitsFor: 'operators to let it go on', nextTry: null });
  });
});

describe('a publication', () => {
  it('is the task’s to tell of until it is under way, and where its job cannot be complete', () => {
    const state = arrived();
    look(state, {});
    expect(stagesOf(state, file(state), NOW).publication).toBeNull();
    order(state, { kind: 'incomplete', keys: ['a'] });
    expect(stagesOf(state, file(state), NOW).publication).toBeNull();
    order(state, { kind: 'release', keys: ['a'] });
    expect(stagesOf(state, file(state), NOW).publication).toMatchObject({ state: 'ACQUIRED' });
  });

  it.each([
    ['metadata-missing', 'CRAB never had its metadata.'],
    ['differs-in-DBS: it has 7 bytes there', 'DBS has another file under its name.'],
    ['DBS 120: no', 'DBS refused its block.'],
    ['DBS: no', 'DBS refused its block.'],
    ['something new', 'something new'],
  ])('that failed with %s says it in words, too', (said, reason) => {
    const state = arrived();
    look(state, {});
    order(state, { kind: 'release', keys: ['a'] });
    file(state).handedOver = true;
    order(state, { kind: 'published', keys: ['a'], state: 'FAILED', reason: said });
    expect(stagesOf(state, file(state), NOW).publication).toMatchObject({ state: 'FAILED', said, reason });
  });
});
