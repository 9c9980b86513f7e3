import type { Client } from '@temporalio/client';

/** A task that takes thousands of messages a minute was seen to answer after 19 s. */
const ANSWER_MS = 60_000;
/** What Temporal itself answers, without a worker. */
const SIGNAL_MS = 30_000;

/** Gives a call that a worker has to answer its time, milliseconds. */
export const answerWithin = <T>(client: Client, call: () => Promise<T>, timeoutMs = ANSWER_MS): Promise<T> =>
  client.connection.withDeadline(Date.now() + timeoutMs, call);

/** Gives a call that Temporal itself answers its time. */
export const signalWithin = <T>(client: Client, call: () => Promise<T>): Promise<T> =>
  client.connection.withDeadline(Date.now() + SIGNAL_MS, call);
