import { describe, expect, it } from 'vitest';
import type { FileEvent } from '../../src/domain/batch/file-events.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { arrived, cancel, DAY, fts, input, KEYS, look, newBatch, NOW, order, sent, TARGET } from './model/batch-kit.ts';
import { BatchState } from '../../src/domain/batch/batch-state.ts';
import { hold } from '../../src/domain/batch/holding.ts';

const names = (events: FileEvent[]): string[] => events.map(({ event, files }) => `${files.length} ${event}`);
const seconds = (events: FileEvent[]): (number | null)[] => events.flatMap(({ files }) => files.map((f) => f.seconds));

describe('what happens to files', () => {
  it('is told once, likes together', () => {
    const state = sent(KEYS);
    fts(state, 'FAILED', ['a', 'b'], 'TRANSFER connection reset');
    fts(state, 'FAILED', ['c'], 'DESTINATION [1] permission denied');
    const events = state.events.take();
    expect(names(events)).toEqual(['3 submitted', '2 retry', '1 failed']);
    expect(events[1]).toMatchObject({ ftsJob: 'j1', class: 'transient', reason: 'TRANSFER connection reset' });
    expect(events[2]).toMatchObject({ class: 'permission', code: 60322 });
    expect(state.events.take()).toEqual([]);
  });

  it('takes its time from the report, the first submission, and from being done', () => {
    const state = new BatchState([{ ...input('a'), reportedAt: NOW - 60_000 }], DEFAULT_POLICY, NOW);
    order(state, { kind: 'admit', target: TARGET });
    state.beginAttempt(NOW);
    state.submitted('j1', 'digest', NOW);
    fts(state, 'FAILED', ['a'], 'TRANSFER connection reset', NOW + 10_000);
    state.beginAttempt(Infinity);
    state.submitted('j2', 'digest', NOW + 400_000);
    // The second submission ends no stage: its file was submitted before.
    expect(seconds(state.events.take())).toEqual([60, null, null]);
    fts(state, 'FINISHED', ['a'], '', NOW + 500_000);
    look(state, { source: 'removed' }, NOW + 502_000);
    const events = state.events.take();
    expect(names(events)).toEqual(['1 done', '1 cleaned']);
    expect(seconds(events)).toEqual([502, 0]);
    order(state, { kind: 'release', keys: ['a'] });
    for (const file of state.files.values()) file.handedOver = true;
    order(state, { kind: 'published', keys: ['a'], state: 'DONE', reason: null }, NOW + 902_000);
    expect(seconds(state.events.take())).toEqual([400]);
  });

  it('says how much of its time the oldest file had used', () => {
    const state = sent(['a', 'b']);
    state.events.take();
    fts(state, 'FAILED', ['a', 'b'], 'TRANSFER connection reset', NOW + DAY / 2);
    expect(state.events.take()).toMatchObject([{ event: 'retry', deadlineUsed: 0.5 }]);
    state.beginAttempt(Infinity);
    hold(state, 'no protocol', NOW + 0.75 * DAY);
    expect(state.events.take()).toMatchObject([{ event: 'held', reason: 'no protocol', deadlineUsed: 0.75 }]);
  });

  it('includes kills, and sources that stay', () => {
    const killed = newBatch(['a']);
    order(killed, cancel('all'));
    expect(killed.events.take()).toMatchObject([{ event: 'killed', reason: 'because' }]);
    const state = arrived(['a']);
    state.events.take();
    look(state, { source: 'changed' });
    expect(names(state.events.take())).toEqual(['1 done', '1 uncleaned']);
  });
});
