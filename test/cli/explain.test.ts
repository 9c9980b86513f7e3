import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const explain = (...args: string[]): string =>
  execFileSync(process.execPath, ['src/cli/main.ts', 'explain', ...args], { encoding: 'utf8' });

test('a permanent failure is explained with its class, code and what to do', () => {
  const text = explain('DESTINATION [1] HTTP 403 : Permission refused');
  expect(text).toMatch(/class +permission\n/);
  expect(text).toMatch(/FAILED at once/);
  expect(text).toMatch(/60322/);
  expect(text).toMatch(/the reason says "HTTP 403", of the DESTINATION/);
});

test('a recoverable failure says when it is tried again and how often', () => {
  const text = explain(
    'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: copy HTTP 507 : Insufficient Storage',
  );
  expect(text).toMatch(/class +space\n/);
  expect(text).toMatch(/tried again after about 20 minutes, doubling; FAILED when this has happened 3 times/);
});

test('an expired credential never ends a file before its time', () => {
  expect(explain('SOURCE The proxy expired 3 minutes ago')).toMatch(
    /FAILED only when its time over all attempts is up/,
  );
});

test('a reason that nothing is known of says so', () => {
  const text = explain('something \u001b[2J new');
  expect(text).toMatch(/class +unknown\n/);
  expect(text).toMatch(/nothing in the reason is known/);
});

test('the state tells a cancel by somebody else from a failure', () => {
  expect(explain('--state', 'CANCELED', '')).toMatch(/class +cancelled\n/);
});
