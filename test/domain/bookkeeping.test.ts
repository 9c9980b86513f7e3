import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { applyOrder } from '../../src/domain/batch/batch-orders.ts';
import { BatchState } from '../../src/domain/batch/batch-state.ts';
import { hasNewsForCrab, newsForCrab, toldCrab } from '../../src/domain/batch/bookkeeping.ts';
import { hold } from '../../src/domain/batch/holding.ts';
import { wordFor } from '../../src/domain/crab-word.ts';
import type { FileRecord } from '../../src/domain/file.ts';
import { givenUpOnCrab, nextForCrab, toldToCrab, untoldFiles } from '../../src/domain/ledger/bookkeeping.ts';
import { destinationKey, idCheck } from '../../src/domain/ledger/entry.ts';
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
const FIRST = { job: 1, file: 0, retry: 0, startTime: 1, publish: true };
const record = (file = 0): FileRecord => recordOf({ ...FIRST, file });
const checkOf = ({ id }: FileRecord): string => String(idCheck(id));

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
    hold(state, 'its site is closed', NOW);
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

  it('is everything, however much there is while CRAB is away: what is not kept whole is told from the ledger', () => {
    const state = newTask();
    const broken = (job: number): FileRecord => ({ ...recordOf({ ...FIRST, job }), destinationLfn: `/x/${job}` });
    for (let job = 1; job <= 7_000; job++) takeReport(state, reportOf(job, 0, [broken(job)]), NOW);
    takeReport(state, reportOf(7_001, 0, [recordOf({ ...FIRST, job: 7_001 })]), NOW);
    cancelFiles(state, {}, 'enough', 'alice');
    state.close();
    const [snapshot, bytes] = state.snapshot();
    expect(gzipSync(JSON.stringify(snapshot)).length + bytes.length).toBeLessThan(0.5 * 1024 ** 2);
    const restored = TaskState.restore(TASK, snapshot, bytes);
    expect(untoldFiles(restored)).toBe(7_001);
    const told: string[] = [];
    for (let news = nextForCrab(restored); news; news = nextForCrab(restored)) {
      expect(restored.complete).toBe(false);
      if (news.kind === 'words') told.push(...news.words.map(({ id }) => String(idCheck(id))));
      else told.push(...news.unnamed.files.map(({ jobId, check }) => `${check} ${news.unnamed.transfer} ${jobId}`));
      toldToCrab(restored, news);
    }
    expect(told.slice(0, 5_000)).toEqual(Array.from({ length: 5_000 }, (_, i) => checkOf(broken(i + 1))));
    expect(told.slice(5_000, 7_000)).toEqual(Array.from({ length: 2_000 }, (_, i) => `${checkOf(broken(5_001 + i))} FAILED ${5_001 + i}`)); // prettier-ignore
    expect(told.slice(7_000)).toEqual([`${checkOf(recordOf({ ...FIRST, job: 7_001 }))} KILLED 7001`]);
    expect(restored.complete).toBe(true);
  });

  it('is nothing of a file that a newer generation has replaced meanwhile; what is given up is counted', () => {
    const state = newTask();
    const broken = (file: number, startTime: number): FileRecord => ({ ...recordOf({ ...FIRST, file, startTime }), destinationLfn: '/x' }); // prettier-ignore
    state.words = Array.from({ length: 5_000 }, () => ({ ...wordFor(record()), transfer: 'FAILED' as const }));
    takeReport(state, reportOf(1, 0, [broken(0, 1), broken(1, 1)]), NOW);
    expect(untoldFiles(state)).toBe(5_002);
    state.words = [];
    takeReport(state, reportOf(1, 0, [broken(0, 2)]), NOW);
    expect([state.words.length, untoldFiles(state)]).toEqual([1, 2]);
    expect(givenUpOnCrab(state)).toBe(2);
    state.close();
    expect([untoldFiles(state), state.complete]).toEqual([0, true]);
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
