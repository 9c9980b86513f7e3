import type { WorkflowInterceptors } from '@temporalio/workflow';

/** The newest activation: what it ended with, and its time. Every execution has a sandbox, and with it these variables, of its own. */
let latest: { historyLength: number; time: string } | null = null;
let isAhead = false;

/** The execution has acted on events before a workflow task had taken them up: what it does from there on may not replay. */
export class ReadAheadError extends Error {
  override name = 'ReadAheadError';
}

/**
 * Loaded into the bundle. A query that reaches a worker without the execution in its cache makes the SDK (1.24) run it to the end of its history, events
 * included that no workflow task has taken up yet; what comes until one does is then handed over by itself, where every later reader of the
 * history is given all of it at once. So the first workflow task after such a query is failed: the worker forgets the execution, and
 * carries the task out from history at the next attempt (docs/adr/0015-read-ahead.md).
 *
 * Events without a workflow task are told by the time: it moves with every task that was started, and stands where none was.
 */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        const { timestamp, isReplaying, jobs } = input.activation;
        const historyLength = input.activation.historyLength ?? 0;
        const isQuery = jobs?.every((job) => job.queryWorkflow) ?? true;
        if (input.batchIndex === 0 && !isQuery) {
          const time = `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`;
          const moves = time !== latest?.time;
          if (isAhead && moves) throw new ReadAheadError('asked before a worker had taken it up: it is read again');
          const grows = latest !== null && historyLength > latest.historyLength;
          isAhead ||= !isReplaying && grows && !moves;
          latest = { historyLength, time };
        }
        next(input);
      },
    },
  ],
});
