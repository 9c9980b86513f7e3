import { expect, it } from 'vitest';
import { readBooks, writeBooks, type TaskBooks } from '../../src/domain/ledger/books.ts';
import { takeReport } from '../../src/domain/ledger/intake.ts';
import { cancelFiles } from '../../src/domain/ledger/selection.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { recordOf, reportOf, TASK } from './model/reports.ts';

const NOW = 1_800_000_000_000;
const TARGET = { server: 'https://fts:8446', vo: 'cms', baseId: 'b' };

/** The books as they come to another run. */
function takenUp(state: TaskState): TaskState {
  return readBooks(TASK, JSON.parse(JSON.stringify(writeBooks(state))) as TaskBooks);
}

function taskWithABatch(): TaskState {
  const state = new TaskState(TASK, { ...DEFAULT_POLICY, batchWindow: 0 }, NOW, 'run');
  const generation = { job: 1, file: 0, retry: 0, startTime: 1, publish: true };
  const record = recordOf(generation);
  state.targets.set(record.destination, TARGET);
  takeReport(state, reportOf(1, 0, [record]), NOW);
  state.starting = beginBatches(state, NOW);
  return state;
}

it('a batch that was being started is in the books with its files, which nobody else has', () => {
  const [batch] = takenUp(taskWithABatch()).starting;
  expect(batch).toMatchObject({ batch: 1, target: TARGET, files: [{ jobId: '1' }] });
});

it('what was sent, and is not known to be delivered, is sent again, before what has come since', () => {
  const state = taskWithABatch();
  cancelFiles(state, {}, 'the user asked', 'alice');
  const { orders } = state.outbox.take(100);
  expect(orders).toHaveLength(1);
  state.outbox.order(1, { kind: 'priority', priority: 5 });
  const again = takenUp(state).outbox.take(100).orders;
  expect(again.map(([batch, list]) => [batch, list.map(({ kind }) => kind)])).toEqual([[1, ['cancel', 'priority']]]);
});

it('what has been delivered is not sent again', () => {
  const state = taskWithABatch();
  cancelFiles(state, {}, 'the user asked', 'alice');
  state.outbox.take(100);
  state.outbox.delivered();
  expect(takenUp(state).outbox.empty).toBe(true);
});
