import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { runAso } from './run-aso.ts';

test('aso codec-server says what is wrong, and does not start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const cases: [NodeJS.ProcessEnv, number, RegExp][] = [
    [{ ASO_CODEC_SERVER_LISTEN: `127.0.0.1:${port}` }, 1, /^error: cannot listen on .*: another process listens there; set codecServer.listen\n$/], // prettier-ignore
    [{ ASO_CODEC_SERVER_LISTEN: '0.0.0.0:0' }, 2, /codecServer\.tokenFile: is needed to listen at 0\.0\.0\.0:0/],
    [{ ASO_PAYLOAD_KEYS: '/nowhere/keys' }, 2, /payloadKeys: \/nowhere\/keys cannot be read: ENOENT/],
  ];
  const ends = await Promise.all(cases.map(([env]) => runAso(['codec-server'], { env })));
  for (const [at, [, code, message]] of cases.entries()) {
    expect(ends[at]?.err).toMatch(message);
    expect(ends[at]?.code).toBe(code);
  }
  taken.close();
});

test.each(['SIGINT', 'SIGTERM'] as const)('it needs no Temporal, and ends in good order on %s', async (signal) => {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const env = { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1', ASO_CODEC_SERVER_LISTEN: `127.0.0.1:${await freePort()}` }; // prettier-ignore
  const child = spawn(process.execPath, [main, 'codec-server'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface(child.stdout)) if (line.startsWith('codec server: http://')) break;
  child.kill(signal);
  expect(await ended).toBe(0);
});
