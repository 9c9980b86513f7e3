import type { Client } from '@temporalio/client';
import { stageOutId } from '../../contract/ids.ts';

/**
 * Tells which tasks cannot have changed since they were asked: whatever happens to a task stands in its history, and Temporal tells the
 * history's length from its tables, while the task's own answer may make a worker replay it.
 */
export class UnchangedTasks {
  readonly #client: Client;
  readonly #seen = new Map<string, string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Where the task's history stands; null where Temporal does not say. To be asked before the task is. */
  async mark(task: string): Promise<string | null> {
    try {
      const { runId, historyLength } = await this.#client.workflow.getHandle(stageOutId(task)).describe();
      return `${runId} ${historyLength}`;
    } catch {
      return null;
    }
  }

  isSame(task: string, mark: string | null): boolean {
    return mark !== null && this.#seen.get(task) === mark;
  }

  /** The task has answered, and its answer is kept. */
  keep(task: string, mark: string | null): void {
    if (mark === null) this.#seen.delete(task);
    else this.#seen.set(task, mark);
  }

  /** Remembers only these. */
  only(tasks: ReadonlySet<string>): void {
    for (const task of this.#seen.keys()) if (!tasks.has(task)) this.#seen.delete(task);
  }
}
