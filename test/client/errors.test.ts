import { describe, expect, it } from 'vitest';
import {
  explained,
  explainedStart,
  TaskEndedError,
  TaskNotFoundError,
  TemporalUnreachableError,
} from '../../src/client/errors.ts';

/** What Temporal 1.29 answered to an update-with-start while its database was away. */
const WHILE_ITS_DATABASE_IS_AWAY = {
  message: '5 NOT_FOUND: Update-with-Start could not be executed.',
  details: '\n\x07default',
};

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
    await expect(report).rejects.toThrow(/did not take the report to task t; nothing is done twice/);
  });

  it('has ended, also to whoever reports to it', async () => {
    const ended = { message: '5 NOT_FOUND', details: 'workflow execution already completed' };
    await expect(explainedStart('t', refusedWith(ended))).rejects.toBeInstanceOf(TaskEndedError);
  });
});
