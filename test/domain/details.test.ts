import { describe, expect, test } from 'vitest';
import { code, table } from '../../src/domain/details/markdown.ts';
import { taskDetails, type TaskToDetail } from '../../src/domain/details/task-details.ts';

describe('what users and third parties wrote means nothing in Markdown', () => {
  test.each([
    ['<img src=x onerror=alert(1)>', '`<img src=x onerror=alert(1)>`'],
    ['a | b', '`a ¦ b`'],
    ['`` ` **bold**', '`ʼʼ ʼ **bold**`'],
    ['two\n\n# lines\u202e\u0000', '`two # lines`'],
    ['', '–'],
    ['   ', '–'],
  ])('%j', (text, expected) => expect(code(text)).toBe(expected));

  test('it is cut', () => expect(code('x'.repeat(1000), 10)).toBe(`\`${'x'.repeat(9)}…\``));
});

test('a table tells its first rows and counts the others', () => {
  const lines = table(
    ['a'],
    Array.from({ length: 35 }, (_, i) => [i]),
  );
  expect(lines).toHaveLength(1 + 2 + 30 + 2);
  expect(lines.at(-1)).toBe('and 5 more');
});

const task: TaskToDetail = {
  ...{ openedAt: 0, lastChangeAt: Date.UTC(2026, 10, 24, 10), files: 3, jobs: { total: 2, complete: 1 } },
  ...{ transfer: { DONE: 1, FAILED: 1, HELD: 1 }, publication: { NEW: 3 } },
  links: [
    {
      ...{ source: 'T2_A', destination: 'T2_B', files: 3, transfer: { DONE: 1, FAILED: 1, HELD: 1 }, failures: {} },
      bytes: { open: 0, done: 2_500_000_000, failed: 0 },
      lastChangeAt: 0,
    },
  ],
  datasets: [{ dataset: '/a/b|c/USER', files: 3, publication: { NEW: 3 } }],
  failures: [{ class: 'permission', files: 1, reasons: ['DESTINATION [1] HTTP 403\n<script>'] }],
  rejections: [],
  held: [{ source: 'T2_A', destination: 'T2_B', reason: 'T2_B is closed', files: 1 }],
  ...{ unreported: { jobs: 0, files: 0, examples: [] }, heldBack: { jobs: 1, files: 2, examples: [] } },
  ...{ closed: false, paused: false, complete: false, waitsFor: [] },
  batches: { open: 1, active: 0, waiting: 0, inWindow: 0 },
};

test('the details of a task tell links, datasets, failures and what it waits for', () => {
  const text = taskDetails(task);
  expect(text).toContain('**open**: 3 files, 1 of 2 jobs complete, last change 2026-11-24T10:00:00Z');
  expect(text).toContain('- 1 file from `T2_A` to `T2_B` HELD: `T2_B is closed`');
  expect(text).toContain('- 2 files: others of their jobs, before they are published');
  expect(text).toContain('| `T2_A` → `T2_B` | 3 | 1 | 1 | 1 | 2.5 GB |');
  expect(text).toContain('| `/a/b¦c/USER` | 3 | NEW 3 |');
  expect(text).toMatch(/\| permission \| 1 \| .+ \| `DESTINATION \[1\] HTTP 403 <script>` \|/);
});

test('a complete task waits for nothing', () => {
  expect(taskDetails({ ...task, complete: true })).not.toContain('Waits for');
});
