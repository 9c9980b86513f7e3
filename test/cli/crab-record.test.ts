import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { readCrabRecord } from '../../src/contract/crab-record.ts';
import { collectReports, toJobReports } from '../../src/contract/job-reports.ts';
import { isJobReport } from '../../src/domain/record-rules.ts';

const FILE = new URL('../fixtures/crab/transfers.jsonl', import.meta.url);
const records = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const first = records[0] ?? {};
const log = records[1] ?? {};

const numbered = (values: unknown[]) => values.map((value, i) => ({ line: i + 1, value }));
const faults = (value: unknown): string[] => readCrabRecord(value).faults?.map((f) => `${f.field}: ${f.rule}`) ?? [];
const fileOf = (value: unknown) => {
  const read = readCrabRecord(value);
  return read.faults ? null : read.file;
};

describe('readCrabRecord', () => {
  it('takes what CRAB writes', () => {
    expect(readCrabRecord(first)).toEqual({
      job: { task: '261123_101500:alice_crab_analysis_1', jobId: '1', retry: 0 },
      file: {
        id: first['id'],
        type: 'output',
        source: 'T2_IT_Pisa',
        sourceLfn: first['source_lfn'],
        destination: 'T2_CH_CERN',
        destinationLfn: first['destination_lfn'],
        size: 104857600,
        adler32: '141d411c',
        dataset: '/GenericTTbar/alice-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER',
        publish: false,
        startTime: 1795428900,
        alreadyThere: false,
      },
      voms: { group: '', role: '' },
    });
  });

  it('knows the made-up sum and dataset of logs', () => {
    expect(fileOf(log)).toMatchObject({ adler32: null, dataset: null });
    expect(fileOf({ ...log, checksums: { adler32: '0A1B2C3D' } })).toMatchObject({ adler32: '0a1b2c3d' });
    expect(fileOf({ ...log, checksums: undefined })).toMatchObject({ adler32: null });
    expect(faults({ ...first, checksums: { adler32: 'abc' } })).toEqual(['checksums.adler32: adler32']);
  });

  it('gives a sum its leading zeros back', () => {
    expect(fileOf({ ...first, checksums: { adler32: '1d411c' } })?.adler32).toBe('001d411c');
  });

  it('takes numbers that are digits in a text, and fields of CRAB’s own', () => {
    const wire = { ...first, filesize: '1', start_time: '1795428900', publish: '0', job_id: 1, job_retry_count: '2' };
    expect(readCrabRecord({ ...wire, asoworker: 'schedd' })).toMatchObject({
      job: { jobId: '1', retry: 2 },
      file: { size: 1 },
    });
  });

  it('takes a direct stage-out for what it is', () => {
    expect(fileOf({ ...first, transfer_state: 'DONE' })?.alreadyThere).toBe(true);
  });

  test.each<[object, string]>([
    [{ filesize: -1 }, 'filesize: size'],
    [{ filesize: '-1' }, 'filesize: number'],
    [{ filesize: 1.5 }, 'filesize: size'],
    [{ filesize: null }, 'filesize: number'],
    [{ start_time: 0 }, 'start_time: start-time'],
    [{ publish: 'yes' }, 'publish: flag'],
    [{ publish: 1, outputdataset: null }, 'publish: publish-without-dataset'],
    [{ publish: 1, type: 'log' }, 'publish: publish-log'],
    [{ publication_state: 'DONE' }, 'publication_state: publication-state'],
    [{ outputdataset: '/A/B' }, 'outputdataset: dataset-name'],
    [{ checksums: 'x' }, 'checksums: object'],
    [{ checksums: null }, 'checksums.adler32: adler32'],
    [{ checksums: { adler32: 5 } }, 'checksums.adler32: adler32'],
    [{ destination: 'CERN' }, 'destination: site-name'],
    [{ destination_lfn: 7 }, 'destination_lfn: text'],
    [{ destination_lfn: '/store/user/alice//x' }, 'destination_lfn: double-slash'],
    [{ id: 'x' }, 'id: id-format'],
    [{ username: '__proto__' }, 'username: owner'],
    [{ group: '../x' }, 'group: voms'],
  ])('refuses %j', (changes, fault) => expect(faults({ ...first, ...changes })).toEqual([fault]));

  test.each([null, 1, 'x', [], undefined])('refuses %j as a whole', (value) => expect(faults(value)).toHaveLength(1));
});

describe('collectReports', () => {
  it('gathers files by task, job and retry', () => {
    const [task, ...others] = toJobReports(records);
    expect(others).toEqual([]);
    expect(task?.jobs.map(({ jobId, retry, expected, files }) => [jobId, retry, expected, files.length])).toEqual([
      ['1', 0, 2, 2],
      ['2', 0, 1, 1],
      ['3', 0, 1, 1],
      ['3', 1, 1, 1],
    ]);
    expect(task?.jobs.every(isJobReport)).toBe(true);
  });

  it('counts a job’s bad records among the files it announces', () => {
    const { tasks, bad, incomplete } = collectReports(numbered([first, { ...log, filesize: 'x' }]));
    expect(bad).toEqual([{ line: 2, faults: [{ field: 'filesize', rule: 'number' }] }]);
    expect(tasks[0]?.jobs[0]).toMatchObject({ expected: 2, files: [{ id: first['id'] }] });
    expect(incomplete).toEqual([{ task: first['taskname'], jobId: '1', retry: 0 }]);
  });

  it('counts a record once that was mended further on', () => {
    const { tasks, incomplete } = collectReports(numbered([{ ...first, filesize: 'x' }, first, log]));
    expect(tasks[0]?.jobs[0]).toMatchObject({ expected: 2 });
    expect(incomplete).toEqual([]);
  });

  it('takes the newest of a file reported anew, and refuses the same twice', () => {
    const later = { ...first, start_time: 1795429900 };
    const { tasks, bad } = collectReports(numbered([first, later, later]));
    expect(tasks[0]?.jobs[0]?.files.map((file) => file.startTime)).toEqual([1795429900]);
    expect(bad).toEqual([{ line: 3, faults: [{ field: 'id', rule: 'duplicate-id' }] }]);
  });

  it('gives a task the group and role of its records', () => {
    const inGroup = records.map((record) => ({ ...(record as object), group: 'becms', role: 'NULL' }));
    expect(toJobReports(inGroup)).toMatchObject([{ group: 'becms' }]);
    expect(toJobReports(inGroup)[0]).not.toHaveProperty('role');
    expect(toJobReports(records)[0]).not.toHaveProperty('group');
  });

  it('refuses a record of another group than the first of its task, and leaves its job incomplete', () => {
    const { tasks, bad } = collectReports(numbered([{ ...first, group: 'becms' }, log]));
    expect(bad).toEqual([{ line: 2, faults: [{ field: 'group', rule: 'voms-differs' }] }]);
    expect(tasks).toMatchObject([{ group: 'becms', jobs: [{ expected: 2, files: [{ id: first['id'] }] }] }]);
  });

  it('keeps tasks apart', () => {
    const other = { ...first, taskname: '261123_101501:alice_crab_other' };
    expect(toJobReports([first, other]).map(({ task }) => task)).toEqual([first['taskname'], other.taskname]);
  });
});
