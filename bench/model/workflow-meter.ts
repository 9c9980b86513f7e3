import { HALF, type Cores } from './cores.ts';
import { DELAYS } from './delays.ts';
import type { EventQueue } from './event-queue.ts';

/** What Temporal does for workflows of a type. */
export interface TemporalCounts {
  /** Executions. */
  started: number;
  /** Changes of the state of an execution that the server stores, each a transaction of its history shard. */
  transitions: number;
  /** Events of their histories. */
  events: number;
  workflowTasks: number;
  /** Attempts of activities; those that fail benignly leave no events. */
  activities: number;
  /** Messages to them, from clients and from each other. */
  signals: number;
}

export const noCounts = (): TemporalCounts => ({
  ...{ started: 0, transitions: 0, events: 0, workflowTasks: 0, activities: 0, signals: 0 },
});

/** Time, and the cores that are shared; null where there are always enough. */
export interface MeteredWorld {
  queue: EventQueue;
  cores: Cores | null;
}

/**
 * One workflow execution, as Temporal's server sees it: what happens to it is a state transition and leads to a workflow task, which two more
 * transitions start and end; what comes before the task has ended shares it.
 */
export class WorkflowMeter {
  readonly #queue: EventQueue;
  readonly #cores: Cores | null;
  readonly #counts: TemporalCounts;
  readonly #work: () => void;
  #isTaskDue = false;

  /** @param work what the workflow does in a workflow task */
  constructor({ queue, cores }: MeteredWorld, counts: TemporalCounts, work: () => void) {
    this.#queue = queue;
    this.#cores = cores;
    this.#counts = counts;
    this.#work = work;
  }

  /** It is started by a client, with its first message, if there is one. A child's first task is planned in a step of its own. */
  started(isChild: boolean): void {
    this.#counts.started += 1;
    this.#cores?.use({ workflows: HALF });
    this.#happened(isChild ? 2 : 1, 1);
  }

  signalled(): void {
    this.#counts.signals += 1;
    this.#happened(1, 1);
  }

  /** An update: it comes with a workflow task, which accepts and answers it. */
  updated(): void {
    this.#counts.signals += 1;
    this.#happened(0, 2);
  }

  /** A signal that it sent has been delivered: initiated with its last task, told now. */
  hasSignalled(): void {
    this.#happened(1, 2);
  }

  timerFired(): void {
    this.#happened(1, 2);
  }

  /** Scheduled with its last task, started and completed since. */
  activityDone(): void {
    this.#counts.activities += 1;
    this.#happened(2, 3);
  }

  /** An attempt that fails benignly: nothing of it is in the history, and nothing wakes the workflow. */
  activityTriedInVain(): void {
    this.#counts.activities += 1;
    this.#stored(2);
  }

  /** A child has started, or ended. @param events of it in this history, since the last such step */
  childMoved(events: number): void {
    this.#happened(1, events);
  }

  /** Events that come with a workflow task: timers that never fire, search attributes. */
  noted(events: number): void {
    this.#counts.events += events;
  }

  /** It ends with a workflow task. @param events as of `noted` */
  ended(events: number): void {
    this.noted(events);
    this.#cores?.use({ workflows: HALF });
  }

  #happened(transitions: number, events: number): void {
    this.#stored(transitions);
    this.#counts.events += events;
    if (this.#isTaskDue) return;
    this.#isTaskDue = true;
    this.#queue.at(this.#queue.now + DELAYS.workflowTask + (this.#cores?.wait ?? 0), () => {
      this.#isTaskDue = false;
      this.#counts.workflowTasks += 1;
      this.#stored(2);
      this.#counts.events += 3;
      this.#work();
    });
  }

  #stored(transitions: number): void {
    this.#counts.transitions += transitions;
    this.#cores?.use({ transitions });
  }
}
