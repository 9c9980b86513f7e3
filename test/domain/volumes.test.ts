import { expect, test } from 'vitest';
import { takeReport as takeBatchReport } from '../../src/domain/batch/reporting.ts';
import { decodeLedger, encodeLedger } from '../../src/domain/ledger/codec.ts';
import { takeReport } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport, ordersLost } from '../../src/domain/ledger/reports.ts';
import { countTask } from '../../src/domain/ledger/status.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { arrived, file, fts, look, NOW, order, sent } from './model/batch-kit.ts';
import { recordOf, reportOf, TASK } from './model/reports.ts';

const SIZES = [1_000, 20_000, 300_000];

/** A task with one job of three files of one link. */
function newTask(): TaskState {
  const state = new TaskState(TASK, { ...DEFAULT_POLICY, batchWindow: 0 }, NOW, 'run');
  const files = SIZES.map((size, at) => ({
    ...recordOf({ job: 1, file: at, retry: 0, startTime: 1, publish: false }),
    ...{ source: 'T2_IT_Pisa', destination: 'T2_CH_CERN', size, type: 'output' as const },
  }));
  takeReport(state, reportOf(1, 0, files), NOW);
  return state;
}

const bytesOf = (state: TaskState): unknown => countTask(state).links.map(({ bytes }) => bytes);
const report = (bytes: [number, number, number], ended = false) => ({
  ...{ batch: 1, groups: [], dropped: [], slot: 'idle' as const, lingering: false, bytes, ended },
});

test("a link's bytes are known from the report of its files until long after their batch has ended", () => {
  let state = newTask();
  expect(bytesOf(state)).toEqual([{ open: 321_000, done: 0, failed: 0 }]);
  beginBatches(state, NOW);
  expect(bytesOf(state)).toEqual([{ open: 321_000, done: 0, failed: 0 }]);
  for (let told = 0; told < 2; told++) applyBatchReport(state, report([300_000, 20_000, 1_000]), NOW);
  expect(bytesOf(state)).toEqual([{ open: 300_000, done: 20_000, failed: 1_000 }]);

  state = TaskState.restore(TASK, ...structuredClone(state.snapshot()));
  expect(bytesOf(state)).toEqual([{ open: 300_000, done: 20_000, failed: 1_000 }]);
  for (let told = 0; told < 2; told++) applyBatchReport(state, report([0, 320_000, 1_000], true), NOW);
  expect(bytesOf(state)).toEqual([{ open: 0, done: 320_000, failed: 1_000 }]);
  expect(decodeLedger(encodeLedger(state.ledger)).volumes).toEqual([{ open: 0, done: 320_000, failed: 1_000 }]);
});

test('what a batch that was ended by force leaves open has failed', () => {
  const state = newTask();
  beginBatches(state, NOW);
  applyBatchReport(state, report([1_000, 320_000, 0]), NOW);
  ordersLost(state, 1, [], NOW);
  expect(bytesOf(state)).toEqual([{ open: 0, done: 320_000, failed: 1_000 }]);
});

test('books of before bytes were counted are read as they are', () => {
  const { ledger } = newTask();
  const written = encodeLedger(ledger);
  // Three numbers a link, all zero, stand at the end: its bytes, and when something last happened to it.
  const old = written.slice(0, written.length - 3 * ledger.links.length);
  expect(decodeLedger(old).volumes).toEqual([]);
});

test('a batch tells its bytes when they have changed, with the states that changed them', () => {
  const state = sent(['a', 'b']);
  expect(takeBatchReport(state, 1, 'idle')?.bytes).toBeUndefined();
  const size = file(state, 'a').record.size;
  fts(state, 'FINISHED', ['a']);
  look(state, {});
  expect(takeBatchReport(state, 1, 'active')).toMatchObject({ bytes: [size, size, 0] });
  fts(state, 'FAILED', ['b'], 'DESTINATION [13] Permission denied');
  expect(takeBatchReport(state, 1, 'active')).toMatchObject({ bytes: [0, size, size] });
  order(state, { kind: 'retry', keys: ['b'], what: 'transfer' });
  expect(takeBatchReport(state, 1, 'active')).toMatchObject({ bytes: [size, size, 0] });
  expect(takeBatchReport(arrived(), 1, 'active')?.bytes).toBeUndefined();
});
