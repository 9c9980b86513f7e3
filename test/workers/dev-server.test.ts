import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { ALL_SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { startDevServer } from '../../src/workers/dev-server.ts';

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function untilGone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; alive(pid) && Date.now() < deadline;) await sleep(20);
  expect(alive(pid), `process ${pid} is still there`).toBe(false);
}

test('the shared server answers and knows every search attribute of ours', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const namespace = inject('temporalNamespace');
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(ALL_SEARCH_ATTRIBUTES.map((a) => a.name)));
  await connection.close();
});

test('serves the UI where asked, and close ends the process', async () => {
  const server = await startDevServer({ ui: true });
  const response = await fetch(server.uiUrl as string);
  expect(response.status).toBe(200);
  await server.close();
  expect(alive(server.pid)).toBe(false);
  await server.close();
});

test('says why a server did not start', async () => {
  await expect(startDevServer({ extraArgs: ['--no-such-flag'] })).rejects.toThrow(/ended before it answered.*no-such/s);
});

test('ends even when its parent is killed', async () => {
  const script = `
    import { startDevServer } from ${JSON.stringify(new URL('../../src/workers/dev-server.ts', import.meta.url).href)};
    console.log((await startDevServer()).pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(text.toString());
  expect(alive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await untilGone(pid);
});
