import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/python-venv.mjs');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'python-venv-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Runs the script, for FTS's own client, on a machine where only the named programs are. */
const run = (programs: Record<string, string>, path = '', ...args: string[]) => runFor('fts', programs, path, ...args);

function runFor(
  environment: string,
  programs: Record<string, string>,
  path: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  }
  const env = {
    PATH: [folder, path].filter(Boolean).join(delimiter),
    XDG_CACHE_HOME: folder,
    LOG: join(folder, 'log'),
  };
  return spawnSync(process.execPath, [script, environment, ...args], { encoding: 'utf8', env });
}

/** A Python that notes what it is asked for, and whose environments have the same. */
const PYTHON = `
echo "$*" >> "$LOG"
case "$*" in
  *python_version*) echo 3.11.2 ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
esac`;
const GCC = 'exit 0';
const timesMade = (): number => readFileSync(join(folder, 'log'), 'utf8').split('\n-m venv').length - 1;

test('without Python, everything that is missing is named, and how to get it', () => {
  const { status, stdout, stderr } = run({});
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('missing: Python 3.9 or newer');
  expect(stderr).toContain('apt-get install python3 python3-venv gcc libc6-dev python3-dev libssl-dev');
});

test('where nothing is compiled, no compiler is needed', () => {
  const { status, stdout, stderr } = runFor('client', { python3: PYTHON }, '/bin');
  expect([status, stderr.match(/missing.*/)]).toEqual([0, null]);
  expect(stdout).toContain('python-3.11.2-client');
  expect(runFor('client', { python3: 'echo 3.9.18' }, '').stderr).toContain('missing: Python 3.10 or newer');
});

test('which environment is wanted has to be said', () => {
  expect(runFor('', {}, '').stderr).toBe('error: which environment: fts or client?\n');
});

test('a Python that is too old is none', () => {
  expect(run({ python3: 'echo 3.8.18', gcc: GCC }).stderr).toContain('error: missing: Python 3.9 or newer');
});

test('headers that are missing are named', () => {
  const { status, stderr } = run({ python3: PYTHON, gcc: '! grep -q openssl/ssl.h' }, '/bin');
  expect(status).toBe(1);
  expect(stderr).toContain("missing: OpenSSL's headers (openssl/ssl.h). On Debian: apt-get install libssl-dev");
});

test('an environment is made once, and again where it is half made', () => {
  const first = run({ python3: PYTHON, gcc: GCC }, '/bin');
  const venv = join(folder, 'asyncstageout', 'python-3.11.2-fts3-3.14.2');
  expect(first).toMatchObject({ status: 0, stdout: `${join(venv, 'bin', 'python')}\n` });
  const installed = readFileSync(join(folder, 'log'), 'utf8').match(/--require-hashes .* -r \S+/g);
  expect(installed?.map((line) => line.replace(/.*\//, ''))).toEqual(['requirements-build.txt', 'requirements.txt']);
  expect(run({}, '/bin').status).toBe(0);
  expect(timesMade()).toBe(1);
  rmSync(join(venv, 'complete'));
  expect(run({}, '/bin').status).toBe(0);
  expect(timesMade()).toBe(2);
});

test('what is missing is installed where root asks for it', () => {
  const needsHeaders = '[ -e "$LOG.installed" ] || ! grep -q openssl/ssl.h';
  const apt = 'echo "apt $*" >> "$LOG"; [ "$1" = update ] || touch "$LOG.installed"';
  const programs = { python3: PYTHON, gcc: needsHeaders, 'apt-get': apt };
  expect(run(programs, '/bin').status).toBe(1);
  const { status } = run(programs, '/bin', '--apt');
  const asked = readFileSync(join(folder, 'log'), 'utf8').match(/^apt install .*/gm);
  if (process.getuid?.() !== 0) return expect([status, asked]).toEqual([1, null]);
  expect([status, asked]).toEqual([0, ['apt install -qq --yes --no-install-recommends libssl-dev']]);
});
