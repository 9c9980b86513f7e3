import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { crabFileId } from '../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { checkRecord, checkReport, isJobReport, jobReportFault, RULES } from '../../src/domain/record-rules.ts';

const TASK = '261123_101500:alice_crab_analysis_1';
const TEMP = '/store/temp/user/alice.d6830fc3715ee01030105e83b81ff3068df7c8e0/alice';

function record(changes: Partial<FileRecord> = {}): FileRecord {
  const sourceLfn = changes.sourceLfn ?? `${TEMP}/data/out_1.root`;
  return {
    id: crabFileId(sourceLfn),
    type: 'output',
    source: 'T2_IT_Pisa',
    sourceLfn,
    destination: 'T2_CH_CERN',
    destinationLfn: '/store/user/alice/data/out_1.root',
    size: 1000,
    adler32: '0a1b2c3d',
    dataset: '/GenericTTbar/alice-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER',
    publish: true,
    startTime: 1_795_000_000,
    alreadyThere: false,
    ...changes,
  };
}

const rules = (changes: Partial<FileRecord>, task = TASK): string[] =>
  checkRecord(record(changes), task).map(({ field, rule }) => `${field}: ${rule}`);

describe('checkRecord', () => {
  test.each<Partial<FileRecord>>([
    {},
    { type: 'log', adler32: null, dataset: null, publish: false },
    { type: 'log', adler32: '00000001', dataset: null, publish: false },
    { size: 0 },
    { source: 'T1_US_FNAL_Disk', destination: 'T3_US_FNALLPC' },
    { destinationLfn: '/store/user/rucio/alice/x.root' },
    { destinationLfn: '/store/test/rucio/user/alice/x.root' },
    { destinationLfn: '/store/test/rucio/int/user/alice/x.root' },
    { destinationLfn: '/store/group/phys_higgs/x.root' },
    { destinationLfn: '/store/local/anything/x.root' },
    { alreadyThere: true, sourceLfn: '/store/user/alice/data/out_1.root', source: 'T2_CH_CERN' },
    { alreadyThere: true },
    { destinationLfn: `/store/user/alice/${'a'.repeat(482)}` },
  ])('takes %j', (changes) => expect(rules(changes)).toEqual([]));

  test.each<[Partial<FileRecord>, string]>([
    [{ source: 'Pisa' }, 'source: site-name'],
    [{ source: 'T4_IT_Pisa' }, 'source: site-name'],
    [{ destination: 'T2_CH_CERN\n' }, 'destination: site-name'],
    [{ destination: 'T2_CH_CERN/../x' }, 'destination: site-name'],
    [{ destination: `T2_CH_${'C'.repeat(100)}` }, 'destination: site-name'],
    [{ destinationLfn: '/store/user/bob/x.root' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/store/user/alice2/x.root' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/store/user/alice' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/store/user/rucio/bob/x.root' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/store/group/x.root' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/store/data/x.root' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/eos/store/user/alice/x.root' }, 'destinationLfn: destination-area'],
    [{ destinationLfn: '/store/user/alice/../bob/x.root' }, 'destinationLfn: dot-segment'],
    [{ destinationLfn: '/store/user/alice/./x.root' }, 'destinationLfn: dot-segment'],
    [{ destinationLfn: '/store/user/alice//x.root' }, 'destinationLfn: double-slash'],
    [{ destinationLfn: '/store/user/alice/x\u0000.root' }, 'destinationLfn: control-character'],
    [{ destinationLfn: '/store/user/alice/x.root\n' }, 'destinationLfn: control-character'],
    [{ destinationLfn: '/store/user/alice/x?y=1' }, 'destinationLfn: lfn-characters'],
    [{ destinationLfn: '/store/user/alice/%2e%2e/bob' }, 'destinationLfn: lfn-characters'],
    [{ destinationLfn: '/store/user/alice/dir/' }, 'destinationLfn: lfn-characters'],
    [{ destinationLfn: '/store/user/alice/ﬁle' }, 'destinationLfn: lfn-characters'],
    [{ destinationLfn: '' }, 'destinationLfn: lfn-characters'],
    [{ destinationLfn: `/store/user/alice/${'a'.repeat(483)}` }, 'destinationLfn: lfn-too-long'],
    [{ sourceLfn: '/store/temp/user/bob.abc/x.root' }, 'sourceLfn: source-area'],
    [{ sourceLfn: '/store/temp/user/alice/x.root' }, 'sourceLfn: source-area'],
    [{ sourceLfn: '/store/temp/user/alice.abc' }, 'sourceLfn: source-area'],
    [{ sourceLfn: '/store/temp/user/alice.b.abc/x.root' }, 'sourceLfn: source-area'],
    [{ sourceLfn: '/store/user/alice/x.root' }, 'sourceLfn: source-area'],
    [{ sourceLfn: `${TEMP}/../../bob.abc/x.root` }, 'sourceLfn: dot-segment'],
    [{ alreadyThere: true, sourceLfn: '/store/user/bob/x.root' }, 'sourceLfn: source-area'],
    [{ size: -1 }, 'size: size'],
    [{ size: 1.5 }, 'size: size'],
    [{ size: NaN }, 'size: size'],
    [{ size: 2 ** 53 }, 'size: size'],
    [{ adler32: null }, 'adler32: adler32'],
    [{ adler32: 'abc' }, 'adler32: adler32'],
    [{ adler32: '0a1b2c3g' }, 'adler32: adler32'],
    [{ dataset: '/A/B' }, 'dataset: dataset-name'],
    [{ dataset: '/A/B/user' }, 'dataset: dataset-name'],
    [{ dataset: '/A/B/USER\n' }, 'dataset: dataset-name'],
    [{ dataset: null }, 'publish: publish-without-dataset'],
    [{ type: 'log' }, 'publish: publish-log'],
    [{ startTime: 0 }, 'startTime: start-time'],
    [{ startTime: Infinity }, 'startTime: start-time'],
    [{ id: 'x' }, 'id: id-format'],
    [{ id: crabFileId('/another') }, 'id: id-hash'],
    [{ id: crabFileId('/another').toUpperCase() }, 'id: id-format'],
  ])('%j breaks %s', (changes, expected) => expect(rules(changes)).toEqual([expected]));

  test.each([
    '',
    'alice',
    'x:alice_crab_y',
    '261123_101500:_crab_y',
    '261123_101500:al/ice_crab_y',
    `261123_101500:alice_crab_${'y'.repeat(220)}`,
  ])('knows that %j is no task name', (task) => expect(rules({}, task)).toEqual(['task: task-name']));

  it('takes the user up to the first _crab_', () => {
    expect(rules({}, '261123_101500:alice_crab_bob_crab_x')).toEqual([]);
    expect(rules({}, '261123_101500:bob_crab_alice_crab_x')).toContain('destinationLfn: destination-area');
  });

  it('does not give a user named rucio the areas of others', () => {
    const changes = { sourceLfn: '/store/temp/user/rucio.abc/x', destinationLfn: '/store/user/rucio/alice/x.root' };
    expect(rules(changes, '261123_101500:rucio_crab_x')).toEqual(['destinationLfn: destination-area']);
  });

  it('asks for membership where groups are known', () => {
    const inGroup = (group: string): string[] =>
      checkRecord(record({ destinationLfn: `/store/group/${group}/x.root` }), TASK, { higgs: ['alice'], top: ['bob'] }).map((b) => b.rule); // prettier-ignore
    expect(inGroup('higgs')).toEqual([]);
    expect(inGroup('top')).toEqual(['group-membership']);
    expect(inGroup('constructor')).toEqual(['group-membership']);
  });

  it('names the cause before what follows from it', () => {
    const changed = { ...record(), sourceLfn: `${TEMP}/../x.root` };
    expect(checkRecord(changed, TASK).map((b) => b.rule)).toEqual(['dot-segment', 'id-hash']);
  });

  it('never lets a destination out of the owner’s areas, whatever it is made of', () => {
    const piece = fc.constantFrom(
      'store',
      'user',
      'alice',
      'bob',
      'rucio',
      'group',
      'local',
      'test',
      '..',
      '.',
      '',
      'x',
      '%2e',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const destinationLfn = `/${pieces.join('/')}`;
        const broken = checkRecord(record({ destinationLfn }), TASK).length > 0;
        const own = /^\/store\/(user\/(rucio\/)?alice|test\/rucio\/(int\/)?user\/alice|group\/[^/]+|local\/[^/]+)\/./;
        if (!broken) expect(destinationLfn).toMatch(own);
        if (!broken) expect(new URL(`https://se.example${destinationLfn}`).pathname).toBe(destinationLfn);
      }),
      { numRuns: 2000 },
    );
  });

  it('answers any record of the right types, with rules that have a text', () => {
    const any = fc.record({
      id: fc.string(),
      type: fc.constantFrom('output' as const, 'log' as const),
      source: fc.string(),
      sourceLfn: fc.string({ unit: 'binary' }),
      destination: fc.string(),
      destinationLfn: fc.string({ unit: 'binary' }),
      size: fc.double(),
      adler32: fc.option(fc.string()),
      dataset: fc.option(fc.string()),
      publish: fc.boolean(),
      startTime: fc.double(),
      alreadyThere: fc.boolean(),
    });
    fc.assert(
      fc.property(any, fc.string(), (value, task) => {
        for (const { rule } of [...checkRecord(value, task), ...checkRecord(value, TASK)])
          expect(RULES[rule]).toBeTruthy();
      }),
    );
  });
});

describe('checkReport', () => {
  const report = (files: FileRecord[], expected = files.length): JobReport => ({
    jobId: '1',
    retry: 0,
    expected,
    files,
  });
  const other = record({ sourceLfn: `${TEMP}/data/out_2.root`, destinationLfn: '/store/user/alice/data/out_2.root' });

  it('finds what is reported twice', () => {
    expect(checkReport(report([record(), other]))).toEqual([]);
    expect(checkReport(report([record(), other, record()]))).toEqual([{ field: 'id', rule: 'duplicate-id', file: 2 }]);
    const clash = { ...other, destinationLfn: record().destinationLfn };
    expect(checkReport(report([record(), clash]))).toEqual([
      { field: 'destinationLfn', rule: 'duplicate-destination', file: 1 },
    ]);
  });

  it('finds that fewer files are announced than reported', () => {
    expect(checkReport(report([record(), other], 1))).toEqual([{ field: 'expected', rule: 'expected-files' }]);
  });
});

describe('isJobReport', () => {
  const good = { jobId: '0-3', retry: 1, expected: 2, files: [record()] };

  it('takes a report, also with a waiter or fields nobody knows', () => {
    expect(isJobReport(good)).toBe(true);
    expect(isJobReport({ ...good, waiter: true, more: 1 })).toBe(true);
  });

  test.each<[unknown, string]>([
    [null, 'report'],
    [[], 'report'],
    ['x', 'report'],
    [{}, 'jobId'],
    [Object.create(good), 'jobId'],
    [{ ...good, jobId: 12 }, 'jobId'],
    [{ ...good, jobId: '../1' }, 'jobId'],
    [{ ...good, jobId: '1'.repeat(21) }, 'jobId'],
    [{ ...good, retry: -1 }, 'retry'],
    [{ ...good, retry: '0' }, 'retry'],
    [{ ...good, expected: 1.5 }, 'expected'],
    [{ ...good, files: { length: 1 } }, 'files'],
    [{ ...good, waiter: 'yes' }, 'waiter'],
    [{ ...good, files: [record(), null] }, 'files[1]'],
    [{ ...good, files: [{ ...record(), size: '1000' }] }, 'files[0].size'],
    [{ ...good, files: [{ ...record(), adler32: undefined }] }, 'files[0].adler32'],
    [{ ...good, files: [{ ...record(), type: 'other' }] }, 'files[0].type'],
    [{ ...good, files: [{ ...record(), publish: 1 }] }, 'files[0].publish'],
  ])('%# is wrong at %s', (value, field) => {
    expect(jobReportFault(value)).toBe(field);
    expect(isJobReport(value)).toBe(false);
  });

  it('answers anything at all', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof isJobReport(value)).toBe('boolean');
      }),
    );
  });
});
