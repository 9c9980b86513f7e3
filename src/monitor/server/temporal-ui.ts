import { SEARCH_ATTRIBUTES } from '../../contract/search-attributes.ts';
import { WORKFLOWS } from '../../contract/messages.ts';
import { quoted } from '../../client/visibility.ts';
import type { Filter } from '../store/views.ts';

/** Lists in Temporal's own pages that show what a number counts. */
export class TemporalUi {
  readonly #base: string;

  constructor(url: string, namespace: string) {
    this.#base = `${url}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  }

  /** All workflows of a task: its batches, publishers and waiting jobs. */
  task(task: string): string {
    return this.#list([has('task', task)]);
  }

  /** Tasks that run; of a user where the filter names one. */
  openTasks({ user }: Pick<Filter, 'user'> = {}): string {
    return this.#list([type('stageOut'), RUNNING, ...(user ? [has('user', user)] : [])]);
  }

  /** Batches that run: each holds up to 100 files of one link. */
  openBatches(filter: Filter): string {
    return this.#list([type('transferBatch'), RUNNING, ...clauses(filter)]);
  }

  /** Batches that ran at some time between (epoch seconds), whether or not they have ended. */
  batchesBetween(filter: Filter, from: number, to: number): string {
    const [begin, end] = [from, to].map((at) => quoted(new Date(at * 1000).toISOString()));
    const during = `StartTime <= ${end} AND (CloseTime >= ${begin} OR ${RUNNING})`;
    return this.#list([type('transferBatch'), ...clauses(filter), during]);
  }

  /** Publishers that run. */
  openPublishers({ user, task }: Filter): string {
    return this.#list([type('publishDataset'), RUNNING, ...clauses({ user, task })]);
  }

  /** Workflows with files that failed, or wait for another attempt, for this kind of reason. */
  failures(name: string, filter: Filter = {}): string {
    return this.#list([has('failureClass', name), ...clauses(filter)]);
  }

  #list(conditions: string[]): string {
    return `${this.#base}?query=${encodeURIComponent(conditions.join(' AND '))}`;
  }
}

const RUNNING = "ExecutionStatus = 'Running'";

const type = (name: keyof typeof WORKFLOWS): string => `WorkflowType = '${WORKFLOWS[name]}'`;

const has = (name: keyof typeof SEARCH_ATTRIBUTES, value: string): string =>
  `${SEARCH_ATTRIBUTES[name].name} = ${quoted(value)}`;

const clauses = (filter: Filter): string[] =>
  (['source', 'destination', 'user', 'task'] as const).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [has(name, value)];
  });
