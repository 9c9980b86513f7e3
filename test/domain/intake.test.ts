import { describe, expect, it } from 'vitest';
import type { FileRecord } from '../../src/domain/file.ts';
import { destinationKey, type LedgerEntry } from '../../src/domain/ledger/entry.ts';
import { takeReport } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport, ordersLost } from '../../src/domain/ledger/reports.ts';
import { cancelFiles, requestPublication, retryFiles } from '../../src/domain/ledger/selection.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import type { BatchOrder, ReportGroup } from '../../src/domain/orders.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { intruderOf, recordOf, reportOf, TASK } from './model/reports.ts';

const NOW = 1_800_000_000_000;
const file = (retry = 0, startTime = 1, publish = true): FileRecord =>
  recordOf({ job: 1, file: 0, retry, startTime, publish });
const keyOf = ({ destination, destinationLfn }: FileRecord): string => destinationKey(destination, destinationLfn);
const key = keyOf(file());

function newTask(): TaskState {
  return new TaskState(TASK, { ...DEFAULT_POLICY, batchWindow: 0 }, NOW, 'run');
}

/** Reports files of job 1; all of them are the job. */
function take(state: TaskState, retry: number, files: FileRecord[], waiter = false): ReturnType<typeof takeReport> {
  return takeReport(state, { ...reportOf(1, retry, files, waiter), expected: files.length }, NOW);
}

/** Everything leaves the window; answers the orders. */
function begin(state: TaskState): void {
  beginBatches(state, NOW);
}

function tell(state: TaskState, batch: number, group: Partial<ReportGroup>, ended = false): void {
  const groups: ReportGroup[] = [{ keys: 'all', transfer: 'DONE', publication: 'NEW', failure: null, ...group }];
  applyBatchReport(state, { batch, groups, dropped: [], slot: 'idle', lingering: false, ended }, NOW);
}

const entries = (state: TaskState): LedgerEntry[] => [...state.ledger.entries()];
const states = (state: TaskState): string[] =>
  entries(state).map((e) => `${e.retry} ${e.transfer} ${e.publication} ${e.rule ?? ''}`.trim());
const ordersTo = (state: TaskState, batch: number): BatchOrder[] =>
  state.outbox.take(100).orders.find(([number]) => number === batch)?.[1] ?? [];

describe('taking reports', () => {
  it('knows the same report again, in any state', () => {
    const state = newTask();
    expect(take(state, 0, [file()])).toMatchObject({ accepted: 1, known: 0 });
    expect(take(state, 0, [file()])).toMatchObject({ accepted: 0, known: 1 });
    begin(state);
    tell(state, 1, { transfer: 'FAILED', failure: 'unknown' });
    expect(take(state, 0, [file()])).toMatchObject({ accepted: 0, known: 1 });
    expect(states(state)).toEqual(['0 FAILED FAILED']);
  });

  it('keeps the live file of a destination when another one asks for it', () => {
    const state = newTask();
    take(state, 0, [file()]);
    expect(take(state, 0, [intruderOf(file())]).rejected).toMatchObject([{ rule: 'destination-taken' }]);
    begin(state);
    tell(state, 1, { keys: [key] });
    expect(states(state)[0]).toBe('0 DONE FAILED');
  });

  it('keeps one rejection of a broken record, however often it comes', () => {
    const state = newTask();
    take(state, 0, [file()]);
    for (let i = 0; i < 3; i++) take(state, 1, [{ ...file(1, 2), size: -1 }]);
    expect(states(state)).toEqual(['0 NEW FAILED', '1 REJECTED FAILED size']);
    // The next one replaces both.
    take(state, 2, [file(2, 3)]);
    expect(states(state)).toEqual(['2 NEW NEW']);
  });

  it('takes nothing of the sites and datasets that a broken record names', () => {
    const state = newTask();
    take(state, 0, [{ ...file(), source: 'x'.repeat(1e5), dataset: 'y'.repeat(1e5), size: -1 }]);
    expect(state.snapshot()[1].length).toBeLessThan(200);
  });

  it('never lets a published file be replaced, neither by a third generation nor by another file', () => {
    const state = newTask();
    take(state, 0, [file()]);
    begin(state);
    tell(state, 1, {});
    tell(state, 1, { publication: 'DONE' });
    for (const [retry, record, rule] of [
      [1, file(1, 2), 'already-published'],
      [2, file(2, 3), 'already-published'],
      [2, intruderOf(file(2, 3)), 'destination-taken'],
      [3, { ...file(3, 4), size: -1 }, 'size'],
      [4, file(4, 5), 'already-published'],
    ] as const)
      expect(take(state, retry, [record]).rejected).toMatchObject([{ rule }]);
    expect(state.window.size).toBe(0);
  });

  it('rejects the newer generation where the older one is found in DBS late', () => {
    for (const ended of [false, true]) {
      const state = newTask();
      take(state, 0, [file()]);
      begin(state);
      tell(state, 1, {});
      take(state, 1, [file(1, 2)], true);
      expect(ordersTo(state, 1)).toContainEqual({ kind: 'supersede', keys: [key] });
      tell(state, 1, { publication: 'DONE' }, ended);
      expect(states(state)).toEqual(['1 REJECTED FAILED already-published']);
      expect(state.outbox.take(9).outcomes).toMatchObject([{ retry: 1, transfer: 'REJECTED' }]);
      expect(take(state, 2, [file(2, 3)]).rejected).toMatchObject([{ rule: 'already-published' }]);
    }
  });

  it('lets a newer generation go on when the batch of the older one ends without having heard of it', () => {
    const state = newTask();
    take(state, 0, [recordOf({ job: 1, file: 2, retry: 0, startTime: 1, publish: false })]);
    begin(state);
    take(state, 1, [recordOf({ job: 1, file: 2, retry: 1, startTime: 2, publish: false })]);
    tell(state, 1, { publication: 'NOT_REQUIRED' }, true);
    expect(state.successors.size).toBe(0);
    expect(state.window.size).toBe(1);
  });

  it('waits for a dying copy of a killed file', () => {
    const state = newTask();
    take(state, 0, [file()]);
    begin(state);
    tell(state, 1, { transfer: 'KILLED' }, true);
    take(state, 1, [file(1, 2)]);
    expect(state.window.find(key)?.afterKill).toBe(true);
    take(state, 2, [file(2, 3)]);
    expect(state.window.find(key)).toMatchObject({ retry: 2, afterKill: true, regenerated: true });
  });
});

describe('jobs that wait', () => {
  it('are told of a rejected file, not of the live one with its destination', () => {
    const state = newTask();
    take(state, 0, [file()]);
    take(state, 0, [intruderOf(file())], false);
    take(state, 0, [intruderOf(file())], true);
    expect(state.outbox.take(9).outcomes).toMatchObject([{ transfer: 'REJECTED', reason: 'destination-taken' }]);
    expect(state.window.find(key)?.waiter).toBe(false);
  });

  it('are told when a newer retry replaces theirs, or has already', () => {
    const state = newTask();
    take(state, 0, [file()], true);
    begin(state);
    take(state, 1, [file(1, 2)]);
    take(state, 0, [file()], true);
    const superseded = { retry: 0, transfer: 'KILLED', publication: 'FAILED', reason: 'superseded' };
    expect(state.outbox.take(9).outcomes).toMatchObject([superseded, superseded]);
  });

  it('go on waiting for a newer report of the same retry', () => {
    const state = newTask();
    take(state, 0, [file()], true);
    take(state, 0, [file(0, 2)]);
    expect(state.outbox.take(9).outcomes).toEqual([]);
    expect(state.window.find(key)?.waiter).toBe(true);
  });

  it('are told by the task where the batch has ended before it heard of them', () => {
    const state = newTask();
    take(state, 0, [file(0, 1, false)]);
    begin(state);
    take(state, 0, [file(0, 1, false)], true);
    const orders = ordersTo(state, 1);
    tell(state, 1, { transfer: 'KILLED' }, true);
    ordersLost(state, 1, orders, NOW);
    expect(state.outbox.take(9).outcomes).toMatchObject([{ retry: 0, key, transfer: 'KILLED' }]);
  });
});

describe('orders', () => {
  it('to a batch that was ended by force end its files', () => {
    const state = newTask();
    take(state, 0, [file()]);
    begin(state);
    cancelFiles(state, {}, 'because', 'me');
    ordersLost(state, 1, ordersTo(state, 1), NOW);
    state.close();
    expect(state.complete).toBe(true);
  });

  it('keep their sequence', () => {
    const state = newTask();
    const [a, b] = [0, 1].map((n) => recordOf({ job: 1, file: n, retry: 0, startTime: 1, publish: false })) as [
      FileRecord,
      FileRecord,
    ];
    take(state, 0, [a, b]);
    begin(state);
    tell(state, 1, { keys: [keyOf(b)], transfer: 'FAILED', failure: 'unknown' });
    cancelFiles(state, { files: [a.id] }, 'because', 'me');
    retryFiles(state, { files: [b.id] }, 'transfer');
    cancelFiles(state, { files: [b.id] }, 'because', 'me');
    expect(ordersTo(state, 1).map(({ kind }) => kind)).toEqual(['cancel', 'retry', 'cancel']);
  });

  it('tell a batch what was decided while its files were in the window', () => {
    const state = newTask();
    takeReport(state, reportOf(1, 0, [file()]), NOW);
    state.close();
    begin(state);
    expect(ordersTo(state, 1)).toEqual([{ kind: 'incomplete', keys: [key] }]);
  });
});

describe('publication', () => {
  const sibling = (retry = 0, startTime = 1): FileRecord =>
    recordOf({ job: 1, file: 1, retry, startTime, publish: true });

  it('is called off with a sibling, and on again with its retry', () => {
    const state = newTask();
    take(state, 0, [file(), sibling()]);
    begin(state);
    tell(state, 1, { keys: [key] });
    tell(state, 1, { keys: [keyOf(sibling())], transfer: 'FAILED', failure: 'unknown' });
    expect(states(state)).toEqual(['0 DONE FAILED', '0 FAILED FAILED']);
    expect(retryFiles(state, {}, 'publication').ignored).toContainEqual({ reason: 'its job is incomplete', files: 1 });
    retryFiles(state, {}, undefined);
    expect(states(state)).toEqual(['0 DONE NEW', '0 RETRY NEW']);
    tell(state, 1, { keys: [keyOf(sibling())] });
    expect(states(state)).toEqual(['0 DONE ACQUIRED', '0 DONE ACQUIRED']);
    expect(ordersTo(state, 1).map(({ kind }) => kind)).toEqual(['incomplete', 'retry', 'reopen', 'release']);
  });

  it('stays called off for a file that is tried again while a sibling is not', () => {
    const state = newTask();
    take(state, 0, [file(), sibling()]);
    begin(state);
    tell(state, 1, { transfer: 'FAILED', failure: 'unknown' });
    retryFiles(state, { files: [file().id] }, undefined);
    expect(states(state)).toEqual(['0 RETRY FAILED', '0 FAILED FAILED']);
    // Its batch has to hear of it now.
    expect(ordersTo(state, 1).map(({ kind }) => kind)).toEqual(['retry', 'incomplete']);
  });

  it('is on again when the missing sibling comes after the close', () => {
    const state = newTask();
    takeReport(state, { ...reportOf(1, 0, [file()]), expected: 2 }, NOW);
    begin(state);
    tell(state, 1, {});
    state.close();
    expect(states(state)).toEqual(['0 DONE FAILED']);
    takeReport(state, { ...reportOf(1, 0, [sibling()]), expected: 2 }, NOW);
    expect(states(state)).toEqual(['0 DONE NEW', '0 NEW NEW']);
  });

  it('may be asked for once all is DONE', () => {
    const state = newTask();
    take(state, 0, [file(0, 1, false)]);
    begin(state);
    tell(state, 1, { publication: 'NOT_REQUIRED' });
    expect(requestPublication(state, {}).files).toBe(1);
    expect(states(state)).toEqual(['0 DONE ACQUIRED']);
    expect(requestPublication(state, {})).toEqual({ files: 0, ignored: [{ reason: 'asked for already', files: 1 }] });
  });
});
