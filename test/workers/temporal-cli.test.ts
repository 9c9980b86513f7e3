import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cachedTemporalCli, findTemporalCli } from '../../src/workers/temporal-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'aso-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function executable(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

const env = { HOME: folder, PATH: join(folder, 'empty') };

test('says what to do where there is none', () => {
  expect(() => findTemporalCli(env)).toThrow(/npm run setup/);
});

test('prefers an explicit path to PATH, and PATH to the cache', () => {
  const cached = executable(cachedTemporalCli(env));
  expect(findTemporalCli(env)).toBe(cached);
  const onPath = executable(join(folder, 'bin', 'temporal'));
  const PATH = dirname(onPath);
  expect(findTemporalCli({ ...env, PATH })).toBe(onPath);
  const explicit = executable(join(folder, 'mine'));
  expect(findTemporalCli({ ...env, PATH, ASO_TEMPORAL_CLI: explicit })).toBe(explicit);
});

test('an explicit path that does not work is an error, not a reason to take another', () => {
  executable(cachedTemporalCli(env));
  expect(() => findTemporalCli({ ...env, ASO_TEMPORAL_CLI: folder })).toThrow(/not an executable file/);
});

test('XDG_CACHE_HOME moves the cache', () => {
  expect(cachedTemporalCli({ XDG_CACHE_HOME: '/c' })).toMatch(/^\/c\/asyncstageout\/temporal-v[\d.]+\/temporal$/);
});
