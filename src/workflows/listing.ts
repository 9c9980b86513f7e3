import { makeContinueAsNewFunc, upsertSearchAttributes, workflowInfo, type Workflow } from '@temporalio/workflow';
import type { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { searchUpdates, type SearchValues } from '../contract/search-values.ts';
import type { Clock } from './clock.ts';

/** The list of workflows is no counter: what changes in between is told together. */
const EVERY_MS = 60_000;

/**
 * Keeps what the list of workflows shows of this one. It wakes nobody: it is called where the workflow is at work anyway, looks at most once
 * a minute, and costs an event only where something has changed.
 */
export class Listing {
  readonly #clock: Clock;
  #next: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#next = clock.now() + EVERY_MS;
  }

  /**
   * Shows values that differ from those shown.
   * @param values asked for only where a look is due
   * @param isUrgent they are not to wait for the minute: what a person has just asked for, or the end
   * @param now where more is known of the time than by the clock, epoch milliseconds
   */
  show(values: () => SearchValues, isUrgent: boolean, now = this.#clock.now()): void {
    if (!isUrgent && now < this.#next) return;
    this.#next = now + EVERY_MS;
    const changed = searchUpdates(values()).filter(({ key, value }) => !isSame(shownValue(key), value));
    if (changed.length > 0) upsertSearchAttributes(changed);
  }
}

/** Continues as new, listed as before: by itself the new run would be listed as this one was when it started. */
export function continueListed<F extends Workflow>(...args: Parameters<F>): Promise<never> {
  const { typedSearchAttributes } = workflowInfo();
  return makeContinueAsNewFunc<F>({ typedSearchAttributes })(...args);
}

/** What the list shows of this workflow under a key; undefined for nothing. */
export const shownValue = (key: { name: string }): unknown =>
  workflowInfo().typedSearchAttributes.get(key as typeof SEARCH_ATTRIBUTES.state);

const isSame = (shown: unknown, wanted: unknown): boolean =>
  JSON.stringify(shown ?? null) === JSON.stringify(wanted ?? null);
