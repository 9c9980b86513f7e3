import type { RepeatedMessages } from '../activities/task.types.ts';
import { readBooks } from '../domain/ledger/books.ts';
import type { TaskState } from '../domain/ledger/task-state.ts';
import { taskActivities } from './activities.ts';
import { onReset } from './run-reset.ts';
import type { StageOutContext } from './stage-out.ts';

/**
 * An operator has reset the run. What it remembers is behind what its batches and publishers have done since, and what it hears is in part what was
 * heard and carried out before: so it goes on with the books of the run before it, and passes over what is repeated.
 */
export class Resets {
  readonly #context: StageOutContext;
  readonly #inbox: unknown[];
  #resets = 0;
  #takenUp = 0;
  /** The books as this run had them by itself. */
  #own: TaskState | null = null;
  /** Messages that had come before the latest reset: signals that still wait for the books, all updates. */
  #heard: RepeatedMessages = { signals: 0, updates: 0 };
  #updates = 0;
  #updatesCarriedOut = 0;

  /** @param inbox signals that wait for the books */
  constructor(context: StageOutContext, inbox: unknown[]) {
    this.#context = context;
    this.#inbox = inbox;
    onReset(() => {
      this.#resets += 1;
      this.#own = context.state ?? this.#own;
      this.#heard = { signals: inbox.length, updates: this.#updates };
      context.state = null;
    });
  }

  /** Tells whether the run has been reset since this was asked for: what was under way then is to be left as it is. */
  sinceNow(): () => boolean {
    const before = this.#resets;
    return () => this.#resets !== before;
  }

  /** Some reset's books have been taken up. */
  get happened(): boolean {
    return this.#takenUp > 0;
  }

  /** Numbers an update in the order of arrival. */
  numberUpdate(): number {
    return this.#updates++;
  }

  /** The update was carried out before the reset. */
  isRepeated(update: number): boolean {
    return update < this.#updatesCarriedOut;
  }

  /** Takes up the books of the run before, where there was a reset; where that knew nothing, the own ones count. */
  async takeUp(): Promise<void> {
    const { task } = this.#context.start;
    while (this.#takenUp < this.#resets) {
      const reset = this.#resets;
      const { before, repeated } = await this.#context.clock.after(taskActivities.takeUpTask({ task }));
      if (this.#resets !== reset) continue;
      this.#takenUp = reset;
      if (before?.isLast) {
        this.#inbox.splice(0, this.#heard.signals + repeated.signals);
        this.#updatesCarriedOut = this.#heard.updates + repeated.updates;
      }
      // What was asked for the old books comes to them, and is asked for again.
      this.#context.waitsFor.clear();
      this.#context.flushed.clear();
      this.#context.state = before ? readBooks(task, before.books) : this.#own;
    }
  }
}
