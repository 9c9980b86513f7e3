import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts the demo as its own process, as `npm run demo` does. */
function startDemo(args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended };
}

const leftOvers = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('aso-demo-'));

// Two at a time: most of their minutes they wait, each for servers of its own.
test.concurrent(
  'over TLS, whatever happens to the worker, the demo ends with everything where it must be',
  { timeout: 300_000 },
  async () => {
    const { child, ended } = startDemo(['--files', '60', '--kill-worker', '--tls']);
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);

    expect({ code, err }, out).toEqual({ code: 0, err: '' });
    expect(out.match(/killed with SIGKILL while \w+/g)).toEqual([
      'killed with SIGKILL while submitting',
      'killed with SIGKILL while following',
      'killed with SIGKILL while publishing',
    ]);
    expect(out).toMatch(/✓ +60 +files reported, each in the books of its task/);
    expect(out).toMatch(/✓ +55 +files DONE: at the destination with the right size and adler32, source gone/);
    expect(out).toMatch(/✓ +5 +other files: source untouched, or gone as scripted/);
    expect(out).toMatch(/✓ +\d+ +files published: in DBS exactly once/);
    expect(out).toMatch(/✓ +2 +lost answer and outage of FTS, each met/);
    expect(out).toMatch(
      /✓ +\d+ +FTS jobs, each submitted over TLS by the owner of its task, under a delegation of theirs/,
    );
    expect(out).toMatch(/✓ +\d+ +deletions at the sites, each over TLS by the owner of the file/);
    expect(out).toMatch(/✓ +\d+ +workflow histories without any key, certificate, token or DN/);
    expect(out).toMatch(/(\d+) of \1 checks hold/);
  },
);

test.concurrent(
  'a bad night: the operator finds every cause by what aso stuck and the monitor say, does what the runbook says, and all files end right',
  { timeout: 400_000 },
  async () => {
    const { child, ended } = startDemo(['--incident', '--files', '240']);
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);

    expect({ code, err }, out).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/✓ +4 +causes that aso stuck has named/);
    expect(out).toMatch(/✓ +4 +causes that the monitor's page has named/);
    expect(out).toMatch(/✓ +4 +causes that what the runbook says has resolved/);
    expect(out).toMatch(/✓ +240 +files DONE: at the destination with the right size and adler32, source gone/);
    expect(out).toMatch(/(\d+) of \1 checks hold/);
  },
);

test('Ctrl-C ends all that was started, and leaves nothing behind', { timeout: 120_000 }, async () => {
  const before = await leftOvers();
  const { child, ended } = startDemo(['--files', '45']);
  let out = '';
  let interrupted = false;
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    out += chunk;
    if (interrupted || !/Temporal UI: http/.test(out)) continue;
    interrupted = child.kill('SIGINT');
  }
  expect(await ended).toBe(130);
  const folder = /simulated in (\S+)/.exec(out)?.[1] ?? '';
  expect(folder).toContain(join(tmpdir(), 'aso-demo-'));
  expect((await leftOvers()).filter((name) => !before.includes(name) && folder.endsWith(name))).toEqual([]);
});

test('what is asked for wrongly is said before anything is started', async () => {
  const { child, ended } = startDemo(['--files', '3']);
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('It must be a whole number from 45 to 20000.');
});
