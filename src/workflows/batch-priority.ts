import { condition } from '@temporalio/workflow';
import { dueForPriority } from '../domain/batch/job-priority.ts';
import { credentialOf } from '../domain/credential.ts';
import { ftsActivities } from './activities.ts';
import type { AttemptContext } from './transfer-attempts.ts';
import { unless } from './unless.ts';

/** Tells FTS of another priority of the job that it has, until that has ended; jobs to come are submitted with theirs. */
export async function runPriorities({ input, state, clock, stopping }: AttemptContext): Promise<void> {
  while (!stopping()) {
    await condition(() => stopping() || dueForPriority(state) !== null);
    const due = dueForPriority(state);
    const { target } = state;
    if (!due || !target) continue;
    const request = { target, credential: credentialOf(input), ...due };
    const isNeedless = (): boolean => stopping() || dueForPriority(state)?.jobId !== due.jobId;
    await unless(isNeedless, () => clock.after(ftsActivities.setFtsPriority(request)));
    // A run that ends meanwhile may have called it off: the next one tells it again.
    if (!stopping()) state.jobPriority = due.priority;
  }
}
