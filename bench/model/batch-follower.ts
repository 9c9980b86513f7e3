import { isHeld } from '../../src/activities/first-pauses.ts';
import { nextLook } from '../../src/domain/follow-grid.ts';
import type { BatchActor } from '../../test/domain/model/batch-actor.ts';
import { DELAYS } from './delays.ts';
import type { Planned } from './event-queue.ts';
import type { ModelTaskWorld } from './task-world.ts';
import type { Universe } from './universe.ts';
import type { WorkflowMeter } from './workflow-meter.ts';

/** What a batch waits by, one at a time: looks at its FTS job, or questions whether it may go. */
type Wait = 'follow' | 'ask-permission';

/** Of the batch that waits. */
interface Follows {
  actor: BatchActor;
  meter: WorkflowMeter;
  world: ModelTaskWorld;
  /** The wait is over. */
  over: () => void;
}

/** The activity by which a batch waits for FTS, or for permission: attempts that fail until there is something to tell. */
export class BatchFollower {
  readonly #universe: Universe;
  readonly #of: Follows;
  #look: Planned | null = null;

  constructor(universe: Universe, of: Follows) {
    this.#universe = universe;
    this.#of = of;
  }

  /** Begins where the batch has something to wait for, and does not yet. */
  begin(): void {
    if (this.#look) return;
    const waits = this.#of.actor.steps().find(({ what }) => what === 'follow' || what === 'ask-permission');
    if (!waits) return;
    // The first try only plans the next one; a follower holds that pause instead, and there is room.
    if (waits.what !== 'follow' || !isHeld(this.#universe.policy)) this.#of.meter.activityTriedInVain();
    this.#plan(waits.what as Wait, 1);
  }

  end(): void {
    this.#look?.cancel();
    this.#look = null;
  }

  #plan(what: Wait, attempt: number): void {
    const { queue, policy, random } = this.#universe;
    const wait = what === 'follow' ? nextLook(queue.now, attempt, policy) : DELAYS.askRules * (0.75 + random() / 2);
    this.#look = queue.at(queue.now + wait, () => {
      this.#look = null;
      this.#lookAgain(what, attempt);
    });
  }

  #lookAgain(what: Wait, attempt: number): void {
    const { actor, meter, world, over } = this.#of;
    const step = actor.steps().find((one) => one.what === what);
    if (!step) return;
    const bar = actor.state.bar;
    const isNews = what !== 'follow' || world.hasNews(actor.state.ftsJobId ?? '');
    if (isNews) step.run();
    if (isNews && (what === 'follow' || bar !== actor.state.bar)) return over();
    meter.activityTriedInVain();
    this.#plan(what, attempt + 1);
  }
}
