import type { Client } from '@temporalio/client';
import { findStuck, type StuckGroup } from '../../client/index.ts';
import type { TemporalUi } from './temporal-ui.ts';

export interface FoundStuck {
  /** When it was looked for, epoch seconds. */
  at: number;
  /** What does not move, as `aso stuck` says it; each with a link to the first of its tasks. */
  stuck: (StuckGroup & { ui: string | null })[];
}

export type StuckFinder = () => Promise<FoundStuck>;

/** One look serves all viewers for so long, milliseconds: it asks every task that does not move, and all its workflows. */
const KEPT_MS = 20_000;

/** Looks for what is stuck when somebody wants to see it; throws as `findStuck`. */
export function stuckFinder(
  client: Client,
  ui: TemporalUi,
  options: { graceMs: number; keptMs?: number },
): StuckFinder {
  const { keptMs = KEPT_MS, ...patience } = options;
  let last: { until: number; found: Promise<FoundStuck> } | null = null;
  const look = async (): Promise<FoundStuck> => {
    const at = Math.floor(Date.now() / 1000);
    const groups = await findStuck(client, patience);
    return { at, stuck: groups.map((group) => ({ ...group, ui: group.tasks[0] ? ui.task(group.tasks[0]) : null })) };
  };
  return () => {
    if (last && performance.now() < last.until) return last.found;
    const found = look();
    const mine = { until: Infinity, found };
    last = mine;
    // From its end on: a look that takes long is not begun again by those who wait for it.
    const keep = (ms: number) => (): void => void (mine.until = performance.now() + ms);
    found.then(keep(keptMs), keep(0));
    return found;
  };
}
