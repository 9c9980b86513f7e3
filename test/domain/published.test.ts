import { describe, expect, it } from 'vitest';
import type { BatchState } from '../../src/domain/batch/batch-state.ts';
import { isBatchOver, takeForPublication, takeReport } from '../../src/domain/batch/reporting.ts';
import { takeReport as takeIn } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport, applyPublished } from '../../src/domain/ledger/reports.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import type { BatchReport } from '../../src/domain/orders.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { file, fts, look, NOW, order, sent } from './model/batch-kit.ts';
import { recordOf, TASK } from './model/reports.ts';

/** A batch whose only file is with its publisher. */
function handedOver(): { state: BatchState; report: BatchReport } {
  const state = sent(['a']);
  file(state).jobOutputs = 1;
  fts(state, 'FINISHED');
  look(state, { source: 'removed' });
  takeForPublication(state);
  return { state, report: takeReport(state, 1, 'active')! };
}

describe('a batch that waits for nothing but its publisher', () => {
  it('says so, and ends without another word when the task has heard of the publication', () => {
    const { state, report } = handedOver();
    expect(report.endsPublished).toBe(true);
    order(state, { kind: 'published', keys: ['a'], state: 'DONE', reason: null, taskTold: true });
    expect(isBatchOver(state)).toBe(true);
    expect(takeReport(state, 1, 'idle')).toBeNull();
  });

  it('tells what the task has not heard: a publication of which nobody told it, and one that failed', () => {
    const { state } = handedOver();
    order(state, { kind: 'published', keys: ['a'], state: 'DONE', reason: null });
    expect(takeReport(state, 1, 'idle')).toMatchObject({ ended: true, groups: [{ publication: 'DONE' }] });
    const { state: other } = handedOver();
    order(other, { kind: 'published', keys: ['a'], state: 'FAILED', reason: 'DBS 310' });
    const report = takeReport(other, 1, 'idle');
    expect(report).toMatchObject({ ended: false, groups: [{ publication: 'FAILED' }] });
    expect(report?.endsPublished).toBeUndefined();
  });

  it('does not say so while its source is still to be removed, but ends with a last word', () => {
    const state = sent(['a']);
    file(state).jobOutputs = 1;
    fts(state, 'FINISHED');
    look(state, { source: 'left' });
    takeForPublication(state);
    expect(takeReport(state, 1, 'active')?.endsPublished).toBeUndefined();
    order(state, { kind: 'published', keys: ['a'], state: 'DONE', reason: null, taskTold: true });
    expect(takeReport(state, 1, 'idle')).toBeNull();
    look(state, { source: 'removed' });
    expect(takeReport(state, 1, 'idle')).toMatchObject({ ended: true });
  });
});

describe('a task that hears from a publisher', () => {
  const DONE: BatchReport = {
    ...{ batch: 1, dropped: [], slot: 'idle', lingering: false, ended: false, endsPublished: true },
    groups: [{ keys: 'all', transfer: 'DONE', publication: 'ACQUIRED', failure: null }],
  };

  function open(outputs = [0]): { state: TaskState; key: string; keys: string[] } {
    const state = new TaskState(TASK, DEFAULT_POLICY, NOW, 'run');
    report(state, 0, outputs);
    beginBatches(state, NOW + 3_600_000);
    const keys = [...state.ledger.entries()].map(({ key }) => key);
    return { state, key: keys[0]!, keys };
  }

  function report(state: TaskState, retry: number, outputs = [0]): void {
    const files = outputs.map((n) => recordOf({ job: 1, file: n, retry, startTime: 1 + retry, publish: true }));
    takeIn(state, { jobId: '1', retry, expected: files.length, files }, NOW);
  }

  const hear = (state: TaskState, key: string): void =>
    applyPublished(state, { batches: [{ batch: 1, keys: [key] }], at: NOW }, NOW);

  const seen = (state: TaskState): unknown[] => [
    state.batches.isOpen(1),
    ...[...state.ledger.entries()].map(({ transfer, publication }) => `${transfer} ${publication}`),
  ];

  it('knows that the batch is at its end', () => {
    const { state, key } = open();
    applyBatchReport(state, DONE, NOW);
    hear(state, key);
    expect(seen(state)).toEqual([false, 'DONE DONE']);
  });

  it('knows so also where the word of the batch comes later', () => {
    const { state, key } = open();
    hear(state, key);
    applyBatchReport(state, DONE, NOW);
    expect(seen(state)).toEqual([false, 'DONE DONE']);
  });

  it('waits for the last word of a batch that has something left to do', () => {
    const { state, key } = open();
    applyBatchReport(state, DONE, NOW);
    const busy = { ...DONE };
    delete busy.endsPublished;
    applyBatchReport(state, busy, NOW);
    hear(state, key);
    expect(seen(state)).toEqual([true, 'DONE DONE']);
  });

  it('rejects a newer generation of what is in DBS', () => {
    const { state, key } = open();
    applyBatchReport(state, DONE, NOW);
    report(state, 1);
    hear(state, key);
    expect(seen(state)).toEqual([true, 'REJECTED FAILED']);
  });

  it('leaves it to the batch to say what became of a file that has a newer generation, where the others are in DBS', () => {
    const { state, keys } = open([0, 1]);
    applyBatchReport(state, DONE, NOW);
    report(state, 1);
    hear(state, keys[1]!);
    expect(seen(state)).toEqual([true, 'DONE DONE', 'NEW NEW']);
    hear(state, keys[0]!);
    expect(seen(state)).toEqual([false, 'DONE DONE', 'REJECTED FAILED']);
  });
});
