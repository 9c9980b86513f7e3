import type { SurveyedTask } from '../../client/index.ts';
import type { StateCounts, TransferState } from '../../domain/states.ts';

/** Files of a task or a link, by where they are. */
export interface Amounts {
  done: number;
  /** Bytes of those. */
  bytes: number;
  /** In FTS, or let through to it. */
  active: number;
  /** Before their first attempt, or between two. */
  queue: number;
  held: number;
  /** FAILED. */
  failed: number;
}

/** All open tasks at one time. */
export interface Sample {
  /** Epoch milliseconds. */
  at: number;
  tasks: Map<string, Amounts>;
  /** By `source → destination`, over all tasks. */
  links: Map<string, Amounts>;
  users: number;
  /** Tasks that do not answer. */
  silent: number;
}

const nothing = (): Amounts => ({ done: 0, bytes: 0, active: 0, queue: 0, held: 0, failed: 0 });

/** Sums what tasks say of themselves. */
export async function takeSample(survey: AsyncIterable<SurveyedTask>): Promise<Sample> {
  const sample: Sample = { at: 0, tasks: new Map(), links: new Map(), users: 0, silent: 0 };
  const users = new Set<string>();
  for await (const { task, status } of survey) {
    users.add(task.user);
    if (!status) {
      sample.silent += 1;
      continue;
    }
    const ofTask = nothing();
    for (const { source, destination, transfer, bytes } of status.links) {
      const name = `${source} → ${destination}`;
      const ofLink = sample.links.get(name) ?? nothing();
      sample.links.set(name, ofLink);
      for (const amounts of [ofTask, ofLink]) add(amounts, transfer, bytes.done);
    }
    sample.tasks.set(task.task, ofTask);
  }
  return { ...sample, users: users.size, at: Date.now() };
}

function add(amounts: Amounts, transfer: StateCounts<TransferState>, bytes: number): void {
  const { NEW = 0, SUBMITTED = 0, RETRY = 0, HELD = 0, KILL = 0, DONE = 0, FAILED = 0 } = transfer;
  amounts.done += DONE;
  amounts.bytes += bytes;
  amounts.active += SUBMITTED + KILL;
  amounts.queue += NEW + RETRY;
  amounts.held += HELD;
  amounts.failed += FAILED;
}
