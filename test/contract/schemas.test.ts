import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { crabRecordSchema } from '../../src/contract/crab-record.ts';
import {
  addFilesSchema,
  cancelSchema,
  prioritySchema,
  publishSchema,
  retrySchema,
} from '../../src/contract/schemas/message-schemas.ts';
import { contractJsonSchemas } from '../../src/contract/schemas/json-schemas.ts';
import {
  checkAddFiles,
  checkCancel,
  checkPriority,
  checkPublish,
  checkRetry,
} from '../../src/domain/ledger/message-checks.ts';
import { nearSchema } from '../support/schema-arbitrary.ts';

const schemas = contractJsonSchemas();
const root = join(import.meta.dirname, '../..');

test('what is published is what the contract says', () => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/write-schemas.ts', '--check'], { cwd: root });
  expect(stdout.toString()).not.toContain('stale');
  expect(status).toBe(0);
});

test.each<[string, ZodType, (message: unknown) => string | null]>([
  ['addFiles', addFilesSchema, checkAddFiles],
  ['publish', publishSchema, checkPublish],
  ['cancel', cancelSchema, checkCancel],
  ['retry', retrySchema, checkRetry],
  ['priority', prioritySchema, checkPriority],
])('a task takes an %s message exactly where its schema does', (name, schema, check) => {
  let taken = 0;
  let refused = 0;
  fc.assert(
    fc.property(nearSchema(schemas[name] ?? {}), (message) => {
      const fault = check(message);
      // Signals without an argument mean all files.
      const isTaken = schema.safeParse(message).success || (message === null && check(null) === null);
      expect(fault === null, `${JSON.stringify(message)}: ${fault}`).toBe(isTaken);
      if (isTaken) taken += 1;
      else refused += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(400);
  expect(refused).toBeGreaterThan(200);
});

test('at most so many job outputs, and retries, as the schema says', () => {
  const job = { jobId: '1', retry: 10_000, expected: 0, files: [] };
  for (const [jobs, isTaken] of [
    [Array.from({ length: 1000 }, () => job), true],
    [Array.from({ length: 1001 }, () => job), false],
    [[{ ...job, retry: 10_001 }], false],
  ] as const) {
    expect(checkAddFiles({ jobs }) === null).toBe(isTaken);
    expect(addFilesSchema.safeParse({ jobs }).success).toBe(isTaken);
  }
});

test('a list is no selection: it would mean all files', () => {
  expect(checkPublish(['12'])).toBe('must be an object');
  expect(checkRetry(['12'])).toBe('must be an object');
});

test('a field that there is none of is refused: passed over, a mistyped list would mean all files', () => {
  const signed = { reason: 'x', by: 'y' };
  expect(checkCancel({ job: ['12'], ...signed })).toBe(
    '"job": is none of files, jobs, classes, sources, destinations, reason, by',
  );
  expect(checkCancel(JSON.parse('{"__proto__": {"jobs": ["12"]}, "reason": "x", "by": "y"}'))).toMatch('"__proto__"');
  expect(checkRetry({ source: ['T2_IT_Pisa'] })).toMatch('"source": is none of');
  expect(checkPublish({ job: ['12'] })).toMatch('"job": is none of');
});

test('a schema names what it says of, and stands alone', () => {
  for (const [name, schema] of Object.entries(schemas)) {
    expect(schema).toMatchObject({ title: name, $id: `urn:asyncstageout:v1:${name}` });
    const refs = JSON.stringify(schema).match(/"\$ref":"[^"]*"/g) ?? [];
    for (const ref of refs) expect(ref).toMatch(/^"\$ref":"#\/\$defs\/\w+"$/);
  }
});

test('records as CRAB writes them are as their schema says', () => {
  const lines = readFileSync(join(root, 'test/fixtures/crab/transfers.jsonl'), 'utf8').trim().split('\n');
  for (const line of lines) expect(crabRecordSchema.safeParse(JSON.parse(line)).success, line).toBe(true);
});
