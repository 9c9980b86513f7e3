import type { BatchFile } from '../../../src/domain/batch/batch-file.ts';
import { applyOrder } from '../../../src/domain/batch/batch-orders.ts';
import { BatchState } from '../../../src/domain/batch/batch-state.ts';
import {
  applyCancelResults,
  applyFtsResults,
  type Cancelled,
  type FtsFileResult,
} from '../../../src/domain/batch/fts-results.ts';
import { takeReport } from '../../../src/domain/batch/reporting.ts';
import { applySettleResults, type SettleResult } from '../../../src/domain/batch/settling.ts';
import type { BatchFileInput, BatchOrder } from '../../../src/domain/orders.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { recordOf } from './reports.ts';

export const NOW = 1_800_000_000_000;
export const GRACE = DEFAULT_POLICY.cancelGrace * 1000;
export const DAY = DEFAULT_POLICY.stageOutTimeout * 1000;
export const TARGET = { server: 'https://fts', vo: 'cms', baseId: '01874efb-4735-4595-bc9c-591aef8240c9' };
export const middle = (): number => 0.5;
export const KEYS = ['a', 'b', 'c'] as const;

export function input(key: string, file = 0, alreadyThere = false): BatchFileInput {
  const record = recordOf({ job: 1, file, retry: 0, startTime: 1, publish: true, alreadyThere });
  return { key, jobId: '1', retry: 0, record, waiter: false, regenerated: false, notBefore: 0 };
}

export const newBatch = (keys: readonly string[] = ['a']): BatchState =>
  new BatchState(
    keys.map((key) => input(key)),
    DEFAULT_POLICY,
    NOW,
  );

/** A batch whose files are in FTS job `j1`. */
export function sent(keys: readonly string[] = ['a']): BatchState {
  const state = newBatch(keys);
  applyOrder(state, { kind: 'admit', target: TARGET }, NOW);
  state.beginAttempt(NOW);
  state.submitted('j1', 'digest', NOW);
  return state;
}

export function arrived(keys: readonly string[] = ['a']): BatchState {
  const state = sent(keys);
  fts(state, 'FINISHED', keys);
  return state;
}

export const file = (state: BatchState, key = 'a'): BatchFile => state.files.get(key) as BatchFile;
export const order = (state: BatchState, given: BatchOrder, now = NOW): void => applyOrder(state, given, now);
export const cancel = (keys: string[] | 'all'): BatchOrder => ({ kind: 'cancel', keys, reason: 'because', by: 'me' });

/** A row of FTS whose copy has run; a cancelled one was stopped with its job. */
export const row = (key: string, state: string, over: Partial<FtsFileResult> = {}): FtsFileResult => ({
  ...{ key, state, reason: state === 'CANCELED' ? 'Job canceled by the user' : '' },
  ...{ startedAt: NOW / 1000 - 60, finishedAt: NOW / 1000, ...over },
});

export function fts(state: BatchState, name: string, keys: readonly string[] = ['a'], reason = '', now = NOW): void {
  const results = keys.map((key) => row(key, name, reason ? { reason } : {}));
  applyFtsResults(state, results, now, middle);
}

export function look(
  state: BatchState,
  result: Partial<SettleResult>,
  now = NOW,
  keys: readonly string[] = ['a'],
): void {
  const results = keys.map((key): SettleResult => ({
    key,
    destination: 'right',
    source: 'untouched',
    reason: null,
    ...result,
  }));
  applySettleResults(state, results, now, middle);
}

export const told = (state: BatchState): string[] =>
  (takeReport(state, 1, 'wanted')?.groups ?? []).map(
    (group) => `${String(group.keys)} ${group.transfer} ${group.publication}`,
  );

/** FTS's answer to a cancel of what is to be killed, of the whole job unless said otherwise. */
export function cancelled(
  state: BatchState,
  rows: FtsFileResult[],
  over: Partial<Cancelled> & { now?: number } = {},
): void {
  const how = { asked: state.toKill(), whole: true, givenUp: null, ...over };
  applyCancelResults(state, how, rows, over.now ?? NOW, middle);
}
