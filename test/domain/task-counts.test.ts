import { describe, expect, it } from 'vitest';
import { takeReport } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport } from '../../src/domain/ledger/reports.ts';
import { countTask } from '../../src/domain/ledger/status.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import type { BatchReport, ReportGroup } from '../../src/domain/orders.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { recordOf, reportOf, TASK } from './model/reports.ts';

const NOW = 1_795_428_900_000;

/** A task with one batch of four files. */
function fourFiles(): TaskState {
  const state = new TaskState(TASK, { ...DEFAULT_POLICY, batchWindow: 0 }, NOW, 'run');
  // Of the same link.
  for (const job of [1, 7]) {
    const files = [0, 1].map((file) => recordOf({ job, file, retry: 0, startTime: 1, publish: false }));
    takeReport(state, reportOf(job, 0, files), NOW);
  }
  beginBatches(state, NOW);
  return state;
}

const report = (...groups: Partial<ReportGroup>[]): BatchReport => ({
  batch: 1,
  groups: groups.map((group) => ({
    ...{ keys: 'all', transfer: 'DONE', publication: 'NOT_REQUIRED', failure: null },
    ...group,
  })),
  dropped: [],
  slot: 'active',
  lingering: false,
  ended: false,
});

const keysOf = (state: TaskState): string[] => [...state.ledger.entries()].map(({ key }) => key);

describe('what HELD files wait for', () => {
  it('is told with them, as long as they do', () => {
    const state = fourFiles();
    const [first = '', ...others] = keysOf(state);
    const { source, destination } = recordOf({ job: 1, file: 0, retry: 0, startTime: 1, publish: false });
    applyBatchReport(state, report({ transfer: 'HELD', reason: 'closed' }), NOW);
    expect(countTask(state).held).toEqual([{ source, destination, reason: 'closed', files: 4 }]);
    applyBatchReport(state, report({ keys: [first], transfer: 'SUBMITTED' }), NOW);
    const restored = TaskState.restore(TASK, ...state.snapshot());
    expect(countTask(restored).held).toEqual([{ source, destination, reason: 'closed', files: 3 }]);
    applyBatchReport(restored, report({ keys: others, transfer: 'SUBMITTED' }), NOW);
    expect(countTask(restored).held).toEqual([]);
  });
});

describe('failures of a link', () => {
  it('are counted by class', () => {
    const state = fourFiles();
    const [first = ''] = keysOf(state);
    applyBatchReport(state, report({ keys: [first], transfer: 'RETRY', failure: 'space', reason: 'full' }), NOW);
    expect(countTask(state).links).toMatchObject([{ failures: { space: 1 } }]);
  });
});

describe('the last change', () => {
  it('is noted of the task and of the link that it was on, and is not undone by a late word', () => {
    const state = fourFiles();
    const [first = ''] = keysOf(state);
    state.noteChanges(NOW + 1);
    applyBatchReport(state, report({ keys: [first] }), NOW);
    state.noteChanges(NOW + 1_000);
    applyBatchReport(state, report({ keys: [first] }), NOW);
    state.noteChanges(NOW + 2_000);
    const restored = TaskState.restore(TASK, ...state.snapshot());
    expect(countTask(restored)).toMatchObject({
      lastChangeAt: NOW + 1_000,
      links: [{ lastChangeAt: NOW + 1_000 }],
    });
    applyBatchReport(restored, report(), NOW);
    restored.noteChanges(NOW + 500);
    expect(countTask(restored)).toMatchObject({ lastChangeAt: NOW + 1_000 });
  });
});
