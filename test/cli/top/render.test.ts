import { expect, test } from 'vitest';
import { renderTop } from '../../../src/cli/top/render.ts';
import type { Amounts, Sample } from '../../../src/cli/top/sample.ts';

const amounts = (over: Partial<Amounts> = {}): Amounts => ({
  ...{ done: 0, bytes: 0, active: 0, queue: 0, held: 0, failed: 0 },
  ...over,
});

const sample = (at: number, tasks: Record<string, Amounts>, links: Record<string, Amounts> = {}): Sample => ({
  ...{ at, users: 2, silent: 0 },
  tasks: new Map(Object.entries(tasks)),
  links: new Map(Object.entries(links)),
});

const BEFORE = sample(1_000_000, { one: amounts({ done: 10 }), two: amounts({ done: 0, failed: 3 }) });
const NOW = sample(1_010_000, {
  one: amounts({ done: 12, bytes: 0, queue: 5 }),
  two: amounts({ done: 50, bytes: 20_000_000, failed: 3 }),
  new: amounts({ done: 7, active: 1 }),
});
const SCREEN = { width: 100, height: 40, sort: 'throughput' } as const;

const names = (text: string): string[] =>
  text
    .slice(text.indexOf('task  ', text.indexOf('link')))
    .split('\n')
    .slice(1)
    .map((line) => line.split(' ')[0] ?? '');

test('what moves most comes first, with what it did since the look before; a task that is new has no rate yet', () => {
  const text = renderTop(NOW, BEFORE, SCREEN);
  expect(names(text)).toEqual(['two', 'one', 'new']);
  expect(text).toMatch(/^two +5\.0 +2\.00 MB\/s +0 +0 +0 +3 +50$/m);
  expect(text).toMatch(/^new +- +- +1 /m);
  expect(text).toContain('rate   5.2 files/s, 2.00 MB/s');
  expect(text).toContain('files  1 in FTS, 5 queued, 0 held, 3 failed, 69 done');
  expect(renderTop(NOW, null, SCREEN)).toContain('rate   after the second look');
});

test('sorts by queue and by failures as well', () => {
  expect(names(renderTop(NOW, BEFORE, { ...SCREEN, sort: 'queue' }))[0]).toBe('one');
  expect(names(renderTop(NOW, BEFORE, { ...SCREEN, sort: 'failures' }))[0]).toBe('two');
});

test.each([
  [200, 50],
  [80, 24],
  [60, 12],
  [40, 10],
])('is at most %i characters wide and %i lines high, however much there is', (width, height) => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [`261123_101500:user_crab_${'x'.repeat(at * 2)}`, amounts({ active: at })]),
  );
  const lines = renderTop(sample(2_000_000, many, many), sample(1_000_000, many, many), { width, height, sort: 'queue' }).split('\n'); // prettier-ignore
  expect(lines.length).toBeLessThanOrEqual(height);
  // The header's lines are as long as their numbers.
  for (const line of lines.slice(5)) expect(line.length).toBeLessThanOrEqual(width);
});

test('what others named cannot move the cursor', () => {
  expect(renderTop(sample(1, { '\u001b[2Jx': amounts() }), null, SCREEN)).not.toContain('\u001b[2J');
});
