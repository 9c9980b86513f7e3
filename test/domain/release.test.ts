import { describe, expect, it } from 'vitest';
import { takeForPublication, takeReport } from '../../src/domain/batch/reporting.ts';
import { applyBatchReport } from '../../src/domain/ledger/reports.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import { takeReport as takeIn } from '../../src/domain/ledger/intake.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { BatchState } from '../../src/domain/batch/batch-state.ts';
import { file, fts, look, NOW, order, sent } from './model/batch-kit.ts';
import { recordOf, TASK } from './model/reports.ts';

/** A batch with files of job 1, of which it has so many outputs in all, in FTS. */
function batchOf(keys: string[], jobOutputs?: number): BatchState {
  const state = sent(keys);
  for (const one of state.files.values()) if (jobOutputs !== undefined) one.jobOutputs = jobOutputs;
  return state;
}

function arrive(state: BatchState, keys: string[]): void {
  fts(state, 'FINISHED', keys);
  look(state, { source: 'removed' }, NOW, keys);
}

const forPublisher = (state: BatchState): string[] => takeForPublication(state).map(({ key }) => key);

describe('a batch that has all outputs of a job', () => {
  it('releases them once all are DONE, and tells the task so with their end', () => {
    const state = batchOf(['a', 'b'], 2);
    arrive(state, ['a']);
    expect(forPublisher(state)).toEqual([]);
    arrive(state, ['b']);
    expect(forPublisher(state)).toEqual(['a', 'b']);
    const { groups } = takeReport(state, 1, 'active')!;
    expect(groups).toMatchObject([{ keys: 'all', transfer: 'DONE', publication: 'ACQUIRED' }]);
  });

  it('waits for the word of the task where one of them has gone to a newer generation', () => {
    const state = batchOf(['a', 'b'], 2);
    order(state, { kind: 'supersede', keys: ['b'] });
    fts(state, 'CANCELED', ['b']);
    arrive(state, ['a']);
    expect(forPublisher(state)).toEqual([]);
  });

  it('has released them for good: that the job turned out to be incomplete comes too late', () => {
    const state = batchOf(['a'], 1);
    arrive(state, ['a']);
    expect(forPublisher(state)).toEqual(['a']);
    order(state, { kind: 'incomplete', keys: ['a'] });
    order(state, { kind: 'published', keys: ['a'], state: 'DONE', reason: null });
    expect(file(state).publication).toBe('DONE');
  });
});

describe('a batch that has some of the outputs of a job', () => {
  it('waits for the word of the task', () => {
    const state = batchOf(['a', 'b']);
    arrive(state, ['a', 'b']);
    expect(forPublisher(state)).toEqual([]);
    order(state, { kind: 'release', keys: ['a', 'b'] });
    expect(forPublisher(state)).toEqual(['a', 'b']);
  });
});

describe('a task', () => {
  const report = (expected: number, files: number[]): Parameters<typeof takeIn>[1] => ({
    ...{ jobId: '1', retry: 0, expected },
    files: files.map((n) => recordOf({ job: 1, file: n, retry: 0, startTime: 1, publish: true })),
  });
  const outputsIn = (state: TaskState): (number | undefined)[] =>
    beginBatches(state, NOW + 3_600_000).flatMap(({ files }) => files.map(({ jobOutputs }) => jobOutputs));

  it('leaves it to the batch to release a job that is in it as a whole, and does not order it once more', () => {
    const state = new TaskState(TASK, DEFAULT_POLICY, NOW, 'run');
    takeIn(state, report(2, [0, 1]), NOW);
    expect(outputsIn(state)).toEqual([2, 2]);
    const groups = [{ keys: 'all', transfer: 'DONE', publication: 'ACQUIRED', failure: null }] as const;
    applyBatchReport(state, { batch: 1, groups: [...groups], dropped: [], slot: 'idle', lingering: false, ended: false }, NOW); // prettier-ignore
    expect([...state.ledger.entries()].map(({ publication }) => publication)).toEqual(['ACQUIRED', 'ACQUIRED']);
    expect(state.outbox.empty).toBe(true);
  });

  it('decides itself where files are to come', () => {
    const state = new TaskState(TASK, DEFAULT_POLICY, NOW, 'run');
    takeIn(state, report(3, [0, 1]), NOW);
    expect(outputsIn(state)).toEqual([undefined, undefined]);
  });
});
