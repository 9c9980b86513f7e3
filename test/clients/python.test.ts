import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCrabRecord } from '../../src/contract/crab-record.ts';
import { jobOutputId } from '../../src/contract/ids.ts';
import { findPython } from '../support/python.ts';
import { crabRecords } from './crab-record-cases.ts';
import { runPytest, runPython, type TestFile } from './python-checks.ts';

/** The Python client: its own tests, against a Temporal dev server, workers and the simulators, and what only both sides together show. */
const environment = await findPython('client');
if ('missing' in environment) console.warn(`the Python client is not tested: ${environment.missing}`);
const python = 'missing' in environment ? '' : environment.python;

const TEST_FILES = [
  'test_calls',
  'test_client',
  'test_contract',
  'test_docs',
  'test_encryption',
  'test_leaving',
  'test_messages',
  'test_package',
  'test_postjob',
  'test_tasks',
];
const MINUTES = 60_000;

describe.skipIf(!python)('the Python client', () => {
  let folder: string;
  let files: Map<string, TestFile>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aso-python-'));
    files = await runPytest(python, join(folder, 'report.xml'));
  }, 10 * MINUTES);

  afterAll(async () => {
    await rm(folder, { recursive: true });
    const all = [...files.values()];
    const passed = all.reduce((sum, file) => sum + file.passed, 0);
    const failed = all.reduce((sum, file) => sum + file.failed.length, 0);
    for (const line of all.flatMap(({ properties }) => properties)) console.log(`the Python client: ${line}`);
    console.log(
      `the Python client, ${(await runPython(python, ['--version'])).trim()}: ${passed} passed, ${failed} failed`,
    );
  });

  it.each(TEST_FILES)('%s passes', (name) => {
    const { passed, failed, skipped } = files.get(name) ?? { passed: 0, failed: [], skipped: [] };
    expect({ failed, skipped }).toEqual({ failed: [], skipped: [] });
    expect(passed).toBeGreaterThan(0);
  });

  it('has no other tests', () => expect([...files.keys()].sort()).toEqual(TEST_FILES));

  it(
    'says of CRAB’s records what the service says',
    async () => {
      const records = fc.sample(crabRecords, { numRuns: 5_000, seed: 7 });
      const output = await runPython(
        python,
        ['tests/parity.py'],
        records.map((record) => `${JSON.stringify(record)}\n`).join(''),
      );
      const verdicts = output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      const rules = new Set<string>();
      let good = 0;
      for (const [i, record] of records.entries()) {
        // As it arrives, not as it was made: JSON knows no lone surrogates.
        const { faults, ...read } = readCrabRecord(JSON.parse(JSON.stringify(record)));
        for (const { rule } of faults ?? []) rules.add(rule);
        const expected = faults
          ? { faults }
          : {
              ...read,
              workflowId: 'job' in read && read.job && jobOutputId(read.job.task, read.job.jobId, read.job.retry),
            };
        expect(verdicts[i], JSON.stringify(record)).toEqual(expected);
        if (!faults) good += 1;
      }
      expect(good).toBeGreaterThan(500);
      expect(rules.size).toBeGreaterThan(25);
    },
    MINUTES,
  );

  it.each(['3.10', '3.14'])(
    'is typed, by the oldest and the newest Python it supports: %s',
    async (version) =>
      expect(await runPython(python, ['-m', 'mypy', '--python-version', version])).toContain('no issues'),
    2 * MINUTES,
  );

  it('is written as its rules say', async () => {
    await runPython(python, ['-m', 'ruff', 'check']);
    await runPython(python, ['-m', 'ruff', 'format', '--check']);
  });

  it('is a package with its types, its licence and the schemas', async () => {
    await runPython(python, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', folder]);
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    const listed = await runPython(python, ['-m', 'zipfile', '-l', join(folder, wheel ?? '')]);
    for (const file of ['asyncstageout/py.typed', 'asyncstageout/schema/v1/addFiles.json', 'licenses/LICENSE'])
      expect(listed).toContain(file);
    expect(listed).not.toContain('tests');
  });
});
