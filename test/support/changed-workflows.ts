import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/workers/create-workers.ts';

/** The workflows as a next version might be: with one more timer before each activity, behind `patched` or not. */
export const changedWorkflows = (change: 'guarded' | 'unguarded'): Promise<WorkflowBundle> => workflowsWith(change);

/** The workflows, with days of `operations` that are over after a second. */
export const workflowsOfShortDays = (): Promise<WorkflowBundle> => workflowsWith('short-days');

const workflowsWith = (change: string): Promise<WorkflowBundle> =>
  bundleWorkflows(false, [fileURLToPath(new URL(`changes/${change}.ts`, import.meta.url))]);
