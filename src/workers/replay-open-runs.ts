import type { Client } from '@temporalio/client';
import type { DataConverter, HistoryAndWorkflowId } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { PayloadKeyError } from '../client/encryption-codec.ts';
import { explainedOf } from '../client/errors.ts';
import { checkReadable } from '../client/history-texts.ts';
import { workflowBundle } from './create-workers.ts';
import { NO_TELEMETRY } from './telemetry/index.ts';

/** An open run that workers of this build, with these settings, could not go on with. */
export interface BrokenRun {
  workflowId: string;
  runId: string;
  type: string;
  began: Date | null;
  /** What a worker would log of it: another order of commands, or a payload whose key is not there. */
  reason: string;
}

/** What became of the replay of open runs. */
export interface ReplayReport {
  /** How many were replayed, by workflow type. */
  runs: Readonly<Record<string, number>>;
  broken: readonly BrokenRun[];
}

/** Histories that are fetched ahead of the one that is replayed. */
const AHEAD = 8;

/** For a process that only replays, before its first replay: what one that fails would log is told as a finding. */
export const logNoReplay = (): void =>
  void Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } }); // prettier-ignore

/**
 * Replays the histories of the runs that are open now with the workflows of this build, as its workers will when they take them over. It only
 * reads: nothing is changed, and no worker need run.
 * @param which further condition on the runs, in the language of Temporal's list
 * @throws RequestRefusedError (a condition that is none), TemporalUnreachableError
 */
export function replayOpenRuns(
  client: Client,
  dataConverter: DataConverter,
  which: string | null = null,
): Promise<ReplayReport> {
  const query = `ExecutionStatus = "Running"${which === null ? '' : ` AND (${which})`}`;
  return explainedOf(`list of workflows with ${query}`, async () => {
    const options = {
      workflowBundle: await workflowBundle(dataConverter),
      ...{ dataConverter, sinks: NO_TELEMETRY.sinks },
    };
    const runs: Record<string, number> = {};
    const broken: BrokenRun[] = [];
    // One after the other: a result is of the history that was given last.
    let last: Omit<BrokenRun, 'reason'> | null = null;
    const noted = async function* (): AsyncGenerator<HistoryAndWorkflowId> {
      for await (const one of client.workflow.list({ query }).intoHistories({ concurrency: AHEAD })) {
        last = describe(one);
        runs[last.type] = (runs[last.type] ?? 0) + 1;
        // A replay fails there too, and says only that it has: why is encrypted itself.
        const unreadable = await keyFault(client, one);
        if (unreadable === null) yield one;
        else broken.push({ ...last, reason: unreadable });
      }
    };
    for await (const { error } of Worker.runReplayHistories(options, noted()))
      if (error && last) broken.push({ ...(last as Omit<BrokenRun, 'reason'>), reason: reasonOf(error) });
    return { runs, broken };
  });
}

/** Why not all of a history can be read; null where it can. */
async function keyFault(client: Client, { history }: HistoryAndWorkflowId): Promise<string | null> {
  try {
    await checkReadable(client, history as object);
    return null;
  } catch (error) {
    if (error instanceof PayloadKeyError) return error.message;
    throw error;
  }
}

/** What the first event of a history says of its run. */
function describe({ workflowId, history }: HistoryAndWorkflowId): Omit<BrokenRun, 'reason'> {
  const [first] = (history as temporal.api.history.v1.IHistory).events ?? [];
  const { originalExecutionRunId, workflowType } = first?.workflowExecutionStartedEventAttributes ?? {};
  const seconds = first?.eventTime?.seconds;
  return {
    ...{ workflowId, runId: originalExecutionRunId ?? '', type: workflowType?.name ?? '' },
    began: seconds ? new Date(Number(seconds) * 1000) : null,
  };
}

/** Temporal explains at length what nondeterminism is, before it says where. */
const reasonOf = ({ message }: Error): string =>
  (message.split('\n', 1)[0] ?? '').replace(/^Replay failed with a nondeterminism error\..*? Details: /, 'nondeterminism: '); // prettier-ignore
