import { describe, expect, it } from 'vitest';
import { applyOrder } from '../../src/domain/batch/batch-orders.ts';
import { BatchState } from '../../src/domain/batch/batch-state.ts';
import { hasNewsForCrab, newsForCrab, toldCrab } from '../../src/domain/batch/bookkeeping.ts';
import type { FileRecord } from '../../src/domain/file.ts';
import { destinationKey } from '../../src/domain/ledger/entry.ts';
import { takeReport } from '../../src/domain/ledger/intake.ts';
import { applyBatchReport } from '../../src/domain/ledger/reports.ts';
import { cancelFiles } from '../../src/domain/ledger/selection.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { beginBatches } from '../../src/domain/ledger/turns.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { intruderOf, recordOf, reportOf, TASK } from './model/reports.ts';

const NOW = 1_800_000_000_000;
const POLICY = { ...DEFAULT_POLICY, batchWindow: 0, crabBookkeeping: true };
const TARGET = { server: 'https://fts:8446', vo: 'cms', baseId: 'b' };
const record = (file = 0): FileRecord => recordOf({ job: 1, file, retry: 0, startTime: 1, publish: true });

describe('what a batch tells CRAB', () => {
  function newBatch(policy = POLICY): BatchState {
    const input = { key: 'k', jobId: '1', retry: 0, waiter: false, regenerated: false, notBefore: 0 };
    const state = new BatchState([{ ...input, record: record() }], policy, NOW);
    applyOrder(state, { kind: 'admit', target: TARGET }, NOW);
    return state;
  }
  const file = (state: BatchState) => [...state.files.values()][0]!;
  /** Tells what is news; answers it in short. */
  function tell(state: BatchState): string[] {
    const words = newsForCrab(state);
    toldCrab(state, words, []);
    return words.map(({ transfer, reason, fts, publication }) =>
      [transfer, reason, fts?.jobId, publication].filter(Boolean).join(' '),
    );
  }

  it('is each state once, SUBMITTED with its FTS job, and nothing of what is under way', () => {
    const state = newBatch();
    expect(tell(state)).toEqual([]);
    state.beginAttempt(NOW);
    expect(tell(state)).toEqual([]);
    state.submitted('f1', 'd', NOW);
    expect(tell(state)).toEqual(['SUBMITTED f1']);
    expect([tell(state), hasNewsForCrab(state)]).toEqual([[], false]);
    state.failed(file(state), 'TRANSFER [5] Input/output error', 'FAILED', NOW, () => 0);
    state.ftsJobId = null;
    expect(tell(state)).toEqual(['RETRY TRANSFER [5] Input/output error']);
    state.beginAttempt(NOW + 1e9);
    expect(tell(state)).toEqual([]);
    state.hold('its site is closed', NOW);
    expect(tell(state)).toEqual(['RETRY held: its site is closed']);
    applyOrder(state, { kind: 'cancel', keys: 'all', reason: 'enough', by: 'alice' }, NOW);
    expect(tell(state)).toEqual(['KILLED killed by alice: enough FAILED']);
  });

  it('is the newest only of what has piled up', () => {
    const state = newBatch();
    state.beginAttempt(NOW);
    state.submitted('f1', 'd', NOW);
    const held = newsForCrab(state);
    Object.assign(file(state), { phase: 'settled', transfer: 'DONE', publication: 'DONE' });
    toldCrab(state, held, []);
    expect(tell(state)).toEqual(['DONE DONE']);
  });

  it('is nothing more once the row is a newer generation’s, and nothing at all where it is off', () => {
    const state = newBatch();
    state.beginAttempt(NOW);
    state.submitted('f1', 'd', NOW);
    toldCrab(state, newsForCrab(state), [record().id]);
    Object.assign(file(state), { phase: 'settled', transfer: 'DONE' });
    expect(hasNewsForCrab(state)).toBe(false);
    const off = newBatch(DEFAULT_POLICY);
    off.beginAttempt(NOW);
    off.submitted('f1', 'd', NOW);
    expect([hasNewsForCrab(off), newsForCrab(off)]).toEqual([false, []]);
  });
});

describe('what a task tells CRAB itself', () => {
  const newTask = (policy = POLICY): TaskState => new TaskState(TASK, policy, NOW, 'run');
  const words = (state: TaskState) => state.words.map(({ id, transfer, reason }) => [id, transfer, reason]);

  it('is what it rejects, and what is killed before any batch has it; it does not end before', () => {
    const state = newTask();
    takeReport(state, reportOf(1, 0, [record()]), NOW);
    const intruder = intruderOf(record());
    takeReport(state, reportOf(2, 0, [intruder]), NOW);
    cancelFiles(state, { jobs: ['1'] }, 'enough', 'alice');
    state.close();
    expect(words(state)).toEqual([
      [intruder.id, 'FAILED', expect.stringMatching(/^rejected: destination-taken: /)],
      [record().id, 'KILLED', 'killed by alice: enough'],
    ]);
    expect(state.complete).toBe(false);
    const restored = TaskState.restore(TASK, ...state.snapshot());
    expect(words(restored)).toEqual(words(state));
    restored.words = [];
    expect(restored.complete).toBe(true);
  });

  it('is nothing of an id that CRAB cannot have, and nothing where it is off', () => {
    const state = newTask();
    takeReport(state, reportOf(1, 0, [{ ...record(), id: 'a,b' }]), NOW);
    expect(state.words).toEqual([]);
    const off = newTask(DEFAULT_POLICY);
    takeReport(off, reportOf(1, 0, [{ ...record(), destinationLfn: '/x' }]), NOW);
    expect(off.words).toEqual([]);
  });
});

describe('a file of CRAB’s queue, copied without its dataset', () => {
  const bare: FileRecord = { ...record(), dataset: null, adler32: null, publish: false, crabWorker: 'pull-1' };
  const there: FileRecord = { ...record(), alreadyThere: true, crabWorker: 'pull-1' };
  const key = destinationKey(bare.destination, bare.destinationLfn);

  function copied(ended: boolean): TaskState {
    const state = new TaskState(TASK, POLICY, NOW, 'run');
    expect(takeReport(state, reportOf(1, 0, [bare]), NOW)).toMatchObject({ accepted: 1, rejected: [] });
    beginBatches(state, NOW);
    const group = { keys: [key], transfer: 'DONE', publication: 'NOT_REQUIRED', failure: null } as const;
    const groups = [{ ...group, keys: [...group.keys] }];
    applyBatchReport(state, { batch: 1, groups, dropped: [], slot: 'idle', lingering: false, ended }, NOW);
    return state;
  }

  it('is taken again for its publication when its batch has let go of it, once', () => {
    const state = copied(true);
    expect(takeReport(state, reportOf(1, 0, [there]), NOW)).toMatchObject({ superseding: 1, known: 0 });
    expect([...state.ledger.entries()]).toMatchObject([{ transfer: 'NEW', publication: 'NEW', dataset: 0 }]);
    expect(takeReport(state, reportOf(1, 0, [there]), NOW)).toMatchObject({ superseding: 0, known: 1 });
    expect(takeReport(state, reportOf(1, 0, [bare]), NOW)).toMatchObject({ known: 1 });
  });

  it('is known for as long as its batch has it', () => {
    expect(takeReport(copied(false), reportOf(1, 0, [there]), NOW)).toMatchObject({ superseding: 0, known: 1 });
  });

  it('is the only kind that may lack a sum', () => {
    const own: FileRecord = { ...record(), adler32: null };
    const state = new TaskState(TASK, POLICY, NOW, 'run');
    expect(takeReport(state, reportOf(1, 0, [own]), NOW).rejected).toMatchObject([{ rule: 'adler32' }]);
  });
});
