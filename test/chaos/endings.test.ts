import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { afterAll, expect, it } from 'vitest';
import { awaitEnds } from '../../src/chaos/endings.ts';
import type { ChaosTask } from '../../src/chaos/plan.ts';

// Takes connections, and never says a word.
const sockets: Socket[] = [];
const mute = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
await once(mute, 'listening');
const connection = Connection.lazy({ address: `127.0.0.1:${(mute.address() as AddressInfo).port}` });
afterAll(async () => {
  await connection.close();
  for (const socket of sockets) socket.destroy();
  mute.close();
});

it('a Temporal that does not answer is a finding, not a wait without end', async () => {
  const task = { task: { name: '261123_101500:alice_crab_x' } } as unknown as ChaosTask;
  const { count, problems } = await awaitEnds(new Client({ connection }), [task], 200, new AbortController().signal);
  expect(count).toBe(1);
  expect(problems).toEqual([expect.stringMatching(/^Temporal does not say: /)]);
});
