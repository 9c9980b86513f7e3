import { fateOf } from '../../../src/domain/batch/copy-fate.ts';
import type { BatchState } from '../../../src/domain/batch/batch-state.ts';
import type { FtsFileResult } from '../../../src/domain/batch/fts-results.ts';
import { applySettleResults, dueForLook } from '../../../src/domain/batch/settling.ts';
import {
  applyArrivalResults,
  applyShadowRows,
  followedShadows,
  shadowsDue,
  shadowsStopped,
} from '../../../src/domain/batch/shadows.ts';
import type { BatchWorld, Loop, Step } from './batch-world.ts';

/** What a batch does after its attempts works on. */
export interface Afterwards {
  state: BatchState;
  world: BatchWorld;
  /** Activities under way, by loop. */
  pending: Map<Loop, () => void>;
  /** There is something to tell. */
  changed: () => void;
}

/** Copies that nobody waits for any more: stopped where that is possible, followed to their end. */
export function shadowSteps({ state, world, pending, changed }: Afterwards): Step[] {
  const followed = followedShadows(state);
  if (!followed) return [];
  const { jobId, keys, stoppable } = followed;
  const stop = (): void => {
    world.cancel(jobId, null);
    pending.set('shadows', () => {
      shadowsStopped(state, jobId);
      applyShadowRows(state, followed, world.look(jobId), world.now);
    });
  };
  if (stoppable) return [{ what: 'stop-shadow', run: stop }];
  const rows = world.look(jobId);
  const over = rows.filter((row) => keys.includes(row.key) && isOver(row));
  if (rows.length > 0 && over.length === 0) return [];
  const enter = (): void => {
    applyShadowRows(state, followed, rows.length > 0 ? over : 'gone', world.now);
    changed();
  };
  return [{ what: 'follow-shadow', run: enter }];
}

/** Our own looks at destinations that are due, and the removal of what arrived though nobody wants it. */
export function lookSteps({ state, world, pending }: Afterwards): Step[] {
  const files = dueForLook(state, world.now);
  const steps: Step[] = [];
  const look = (): void => {
    const results = files.map((file) => world.settle(file, file.source === 'present'));
    pending.set('looks', () => applySettleResults(state, results, world.now, world.random));
  };
  if (files.length > 0) steps.push({ what: 'look', run: look });
  const due = shadowsDue(state, world.now).flatMap(({ key }) => state.files.get(key) ?? []);
  const remove = (): void => {
    const results = due.map((file) => world.removeArrived(file));
    pending.set('arrivals', () => applyArrivalResults(state, results, world.now));
  };
  if (due.length > 0) steps.push({ what: 'remove-arrived', run: remove });
  return steps;
}

/** Nothing more is to be learnt of the file in FTS. */
export const isOver = (row: FtsFileResult): boolean => !['open', 'dying'].includes(fateOf(row));
