import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, inject, it } from 'vitest';
import { connectClosably } from '../../src/client/closable.ts';

it('may be closed while a call waits to be tried again', async () => {
  const [host = '', port = ''] = inject('temporalAddress').split(':');
  const open = new Set<Socket>();
  let isDown = false;
  let inVain = 0;
  const way = createServer((from) => {
    if (isDown) {
      inVain += 1;
      from.destroy();
      return;
    }
    const to = dial(Number(port), host);
    for (const socket of [from, to]) open.add(socket.on('error', () => undefined));
    from.pipe(to).pipe(from);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const { connection, close } = await connectClosably({
    address: `127.0.0.1:${(way.address() as AddressInfo).port}`,
  });

  isDown = true;
  for (const socket of open) socket.destroy();
  const answer = connection.workflowService.getClusterInfo({}).then(
    () => null,
    (error: unknown) => error,
  );
  await expect.poll(() => inVain).toBeGreaterThan(0);
  // What its next try throws from a timer would fail the run.
  await close();
  way.close();
  expect(await answer).toMatchObject({ code: 1, details: 'the connection has been closed' });
});

it('fails calls that begin after the end', async () => {
  const { connection, close } = await connectClosably({ address: inject('temporalAddress') });
  await close();
  await expect(connection.workflowService.getClusterInfo({})).rejects.toMatchObject({ code: 1 });
});
