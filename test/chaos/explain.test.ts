import { ServiceError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { explain } from '../../src/chaos/explain.ts';
import { insist } from '../../src/chaos/insist.ts';

const refused = Object.assign(new Error('14 UNAVAILABLE: the database system is shutting down'), { code: 14 });
const failed = new ServiceError('Failed to list workflows', { cause: refused });

it('tells what was tried, and why it failed', () => {
  expect(explain(failed)).toBe('Failed to list workflows: 14 UNAVAILABLE: the database system is shutting down');
});

it('what gave up waiting tells what was answered last', async () => {
  const late = new AbortController();
  let asked = 0;
  const insisting = insist(late.signal, () => {
    if (asked++ > 0) late.abort(new Error('too late'));
    return Promise.reject(failed);
  });
  expect(explain(await insisting.catch((error: unknown) => error))).toBe(`too late: ${explain(failed)}`);
});
