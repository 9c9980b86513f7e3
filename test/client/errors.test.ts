import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  explained,
  explainedStart,
  TaskEndedError,
  TaskNotFoundError,
  TemporalUnreachableError,
} from '../../src/client/errors.ts';
import { operate, operationsJournal, reportOutcomes } from '../../src/client/operations.ts';
import { sweepSources } from '../../src/client/sweep.ts';

/** What Temporal 1.29 answered to an update-with-start while its database was away. */
const WHILE_ITS_DATABASE_IS_AWAY = {
  message: '5 NOT_FOUND: Update-with-Start could not be executed.',
  details: '\n\x07default',
};

const TASK = '261125_101112:alice_crab_test';

const refusedWith =
  ({ message, details }: { message: string; details: string }) =>
  (): Promise<never> =>
    Promise.reject(Object.assign(new Error(message), { code: 5, details, metadata: {} }));

describe('a task that Temporal does not find', () => {
  it('is none to whoever asks for it', async () => {
    await expect(explained('t', refusedWith(WHILE_ITS_DATABASE_IS_AWAY))).rejects.toBeInstanceOf(TaskNotFoundError);
  });

  it('is Temporal that is not well to whoever reports to it, since that starts it: the report is to be repeated', async () => {
    const report = explainedStart('t', refusedWith(WHILE_ITS_DATABASE_IS_AWAY));
    await expect(report).rejects.toBeInstanceOf(TemporalUnreachableError);
    await expect(report).rejects.toThrow(/did not take the message to task t; nothing is done twice/);
  });

  it('has ended, also to whoever reports to it', async () => {
    const ended = { message: '5 NOT_FOUND', details: 'workflow execution already completed' };
    await expect(explainedStart('t', refusedWith(ended))).rejects.toBeInstanceOf(TaskEndedError);
  });
});

describe('a workflow that Temporal does not find while its database is away', () => {
  /** Finds nothing: gRPC's NOT_FOUND to every call, but for the one that every client begins with, which it does not know. */
  const temporal = createServer().on('stream', (stream, { ':path': path }) => {
    const [code, message] = String(path).endsWith('/GetSystemInfo')
      ? ['12', 'unknown']
      : ['5', WHILE_ITS_DATABASE_IS_AWAY.message];
    stream.respond(
      { 'content-type': 'application/grpc', 'grpc-status': code, 'grpc-message': message },
      { endStream: true },
    );
  });
  let client: Client;
  beforeAll(async () => {
    await new Promise<void>((listening) => temporal.listen(0, '127.0.0.1', listening));
    const { port } = temporal.address() as AddressInfo;
    client = new Client({ connection: await Connection.connect({ address: `127.0.0.1:${port}` }) });
  });
  afterAll(async () => {
    await client.connection.close();
    temporal.close();
  });

  it.each([
    ['operations', 'a request of an operator', () => operate(client, 'pauseAll', { reason: 'downtime', by: 'bob' })],
    ['operations', 'outcomes of copies', () => reportOutcomes(client, { at: 0, outcomes: [] })],
    [`sweep of task ${TASK}`, 'a sweep', () => sweepSources(client, TASK, [1])],
  ])(
    'is Temporal that is not well to whoever starts it: what %s is sent is to be sent again (%s)',
    async (who, _what, send) => {
      const sent = send();
      await expect(sent).rejects.toBeInstanceOf(TemporalUnreachableError);
      await expect(sent).rejects.toThrow(new RegExp(`did not take the message to .*${who}.*; nothing is done twice`));
    },
  );

  it('is none to whoever only asks', async () => {
    expect(await operationsJournal(client)).toEqual([]);
  });
});
