import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { dataConverter } from '../../src/client/data-converter.ts';
import { bundleWorkflows } from '../../src/workers/create-workers.ts';
import { NO_TELEMETRY } from '../../src/workers/telemetry/index.ts';
import * as workflows from '../../src/workflows/index.ts';
import { changedWorkflows } from '../support/changed-workflows.ts';
import '../support/quiet-runtime.ts';
import { recordedRuns, recordedVersions, type RecordedRun } from '../support/recorded-histories.ts';

/** The runs that these workflows cannot replay, with the reason. */
async function broken(workflowBundle: WorkflowBundle, runs: readonly RecordedRun[]): Promise<Map<string, Error>> {
  const failures = new Map<string, Error>();
  const options = { workflowBundle, dataConverter, sinks: NO_TELEMETRY.sinks };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, runs))
    if (error) failures.set(workflowId, error);
  return failures;
}

test('every workflow is among the recorded ones', () => {
  const types = new Set(recordedRuns('current').map(({ type }) => type));
  expect([...types].sort()).toEqual(Object.keys(workflows).sort());
});

test.each(recordedVersions())(
  'what the workflows of %s did still replays: a running task survives the deployment of this code',
  async (version) => {
    const runs = recordedRuns(version);
    expect(runs.length).toBeGreaterThan(0);
    expect(await broken(await bundleWorkflows(), runs)).toEqual(new Map());
  },
);

test('a change of the workflows that what runs would not survive is refused here, and behind `patched` it is not', async () => {
  const runs = recordedRuns('current');
  const failures = await broken(await changedWorkflows('unguarded'), runs);
  const withActivities = runs.filter(({ history }) => history.events?.some((event) => event.activityTaskScheduledEventAttributes)); // prettier-ignore
  expect([...failures.keys()].sort()).toEqual(withActivities.map(({ workflowId }) => workflowId).sort());
  for (const error of failures.values()) expect(error.name).toBe('DeterminismViolationError');
  expect(await broken(await changedWorkflows('guarded'), runs)).toEqual(new Map());
});
