import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runAso } from './run-aso.ts';

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/crab/${name}`, import.meta.url));
const BAD = path('bad-records.jsonl');
const GOOD = path('transfers.jsonl');
const good = readFileSync(GOOD, 'utf8');
const badOnly = readFileSync(BAD, 'utf8')
  .split('\n')
  .filter((line, i) => line && i !== 0 && i !== 11)
  .slice(0, -1) // a duplicate is bad only beside the good one
  .join('\n');

/** The messages about single records. */
const messages = (err: string): string[] =>
  err.split('\n').filter((line) => /^line \d+: [a-z0-9._]+: [a-z0-9-]+: ./.test(line));

describe('aso submit', () => {
  it('names line, field and rule of 20 kinds of bad records, without a server', async () => {
    const { code, err } = await runAso(['submit', '--dry-run', BAD]);
    expect(code).toBe(2);
    expect(messages(err).map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
      'line 2: record: json',
      'line 3: record: object',
      'line 4: filesize: required',
      'line 5: filesize: number',
      'line 6: publish: flag',
      'line 7: transfer_state: transfer-state',
      'line 8: job_id: job-id',
      'line 9: job_retry_count: retry-count',
      'line 10: type: file-type',
      'line 11: taskname: task-name',
      'line 13: username: owner',
      'line 14: source: site-name',
      'line 15: source_lfn: source-area',
      'line 16: destination_lfn: destination-area',
      'line 17: destination_lfn: dot-segment',
      'line 18: destination_lfn: control-character',
      'line 19: destination_lfn: lfn-too-long',
      'line 20: checksums.adler32: adler32',
      'line 21: id: id-hash',
      'line 22: destination_lfn: duplicate-destination',
    ]);
    expect(err).toContain('20 bad records, 2 good ones');
    expect(err).toContain('job 1 (retry 0) of 261123_101500:alice_crab_analysis_1 stays incomplete');
    // What the records say never reaches the terminal raw.
    expect(err).not.toContain('\u001b');
  });

  it('does not look for a server when every record is bad', async () => {
    const { code, err, seconds } = await runAso(['submit', '-'], { input: `${badOnly}\n` });
    expect(code).toBe(2);
    expect(messages(err)).toHaveLength(19);
    expect(err).not.toContain('Temporal');
    expect(seconds).toBeLessThan(6);
  });

  it('says in one line and within 10 s that the server is dead, after the bad records', async () => {
    const { code, err, seconds } = await runAso(['submit', BAD]);
    expect(code).toBe(3);
    expect(messages(err)).toHaveLength(20);
    expect(err.trimEnd().split('\n').at(-1)).toMatch(/^error: cannot reach Temporal at 127\.0\.0\.1:1 /);
    expect(err).not.toMatch(/\n {4}at /);
    expect(seconds).toBeLessThan(10);
  });

  it('leaves a half-written last line for the next time', async () => {
    const { code, err } = await runAso(['submit', '--dry-run', '-'], { input: good.slice(0, -50) });
    expect(code).toBe(0);
    expect(err).toBe('line 5 is half-written: left for the next time\n');
  });

  it('takes a whole last line without a newline', async () => {
    const { code, err } = await runAso(['submit', '--dry-run', '-'], { input: good.trimEnd() });
    expect([code, err]).toEqual([0, '']);
  });

  it('takes a JSON array, and names the line of an element', async () => {
    const records = good
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    records[1] = { ...records[1], filesize: -1, note: 'brackets ]}, and "quotes" mislead nobody' };
    const { code, err } = await runAso(['submit', '--dry-run', '-'], { input: JSON.stringify(records, null, 1) });
    const begins = JSON.stringify(records.slice(0, 1), null, 1).split('\n').length;
    expect(code).toBe(2);
    expect(messages(err)).toEqual([`line ${begins}: filesize: size: must be a number of bytes, 0 or more`]);
  });

  it('goes on behind what is no JSON in an array, and says that its end is missing', async () => {
    const [first, second] = good.split('\n');
    const { code, err } = await runAso(['submit', '--dry-run', '-'], {
      input: `[\n${first},\n{"id": },\n${second},\n`,
    });
    expect(code).toBe(2);
    expect(messages(err).map((line) => line.slice(0, 20))).toEqual(['line 3: record: json', 'line 5: record: json']);
    expect(err).toContain('2 bad records, 2 good ones');
  });

  it('has nothing to do with an empty file, and cannot read one that is not there', async () => {
    expect(await runAso(['submit', '-'])).toMatchObject({ code: 0, out: 'no records: nothing to do\n', err: '' });
    const missing = await runAso(['submit', '/no/such/file']);
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/^error: ENOENT: .*\n$/);
  });
});
