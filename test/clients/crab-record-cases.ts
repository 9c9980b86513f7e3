import fc, { type Arbitrary, type JsonValue } from 'fast-check';
import { crabFileId } from '../../src/domain/digest.ts';

const TEMP = '/store/temp/user/alice.d6830fc3715ee01030105e83b81ff3068df7c8e0/alice';

const lfn = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9_./-]{1,12}$/) },
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'x'.repeat(480),
    'é'.repeat(300),
    '𝕏'.repeat(260),
    '../bob',
    './x',
    'a//b',
    'x\n',
    'x\u0085',
    '\ud800',
  ),
);
const under = (...areas: string[]): Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...areas), lfn).map(([area, name]) => `${area}${name}`);

const sourceLfn = under(
  `${TEMP}/`,
  '/store/temp/user/bob.1/',
  '/store/temp/user/alice/',
  '/store/user/alice/',
  'x/store/temp/user/alice.1/',
);
const destinationLfn = under(
  ...['/store/user/alice/', '/store/user/rucio/alice/', '/store/user/rucio/bob/', '/store/user/bob/', '/store/group/'],
  ...[
    '/store/group/higgs/',
    '/store/local/x/',
    '/store/test/rucio/user/alice/',
    '/store/test/rucio/int/user/alice/',
    '/eos/',
  ],
);
const site = fc.constantFrom(
  'T2_IT_Pisa',
  'T1_US_FNAL_Disk',
  'T4_IT_Pisa',
  'Pisa',
  'T2_CH_CERN\n',
  `T2_CH_${'C'.repeat(100)}`,
  '',
);
const number = fc.constantFrom<JsonValue>(
  0,
  1,
  1795428900,
  '7',
  '07',
  '١',
  -1,
  1.5,
  1e300,
  '',
  null,
  true,
  '1\n',
  '9'.repeat(21),
);
const voms = fc.constantFrom<JsonValue>(null, '', 'NULL', 'None', 'itcms', 'a/b', 'x'.repeat(65), 'é', 1, 'a\n');

/** CRAB's records: mostly good ones, with a few fields that are not. */
export const crabRecords: Arbitrary<JsonValue> = fc
  .record({
    good: fc.record({
      sourceLfn: fc.oneof(fc.constant(`${TEMP}/out.root`), sourceLfn),
      type: fc.constantFrom('output', 'log'),
    }),
    changes: fc.record(
      {
        id: fc.constantFrom<JsonValue>('x', '0'.repeat(56), 1),
        username: fc.constantFrom<JsonValue>('alice', 'bob', null),
        group: voms,
        role: voms,
        taskname: fc.constantFrom<JsonValue>('261123_101500:bob_crab_x', '261123_101500:alice_crab_x\n', 'nonsense', 7),
        start_time: number,
        destination: site,
        destination_lfn: destinationLfn,
        source: site,
        filesize: number,
        publish: fc.constantFrom<JsonValue>(0, 1, '0', '1', true, false, 2, null, 'yes'),
        transfer_state: fc.constantFrom<JsonValue>('NEW', 'DONE', 'ACQUIRED', 1),
        publication_state: fc.constantFrom<JsonValue>('NEW', 'RETRY', 'NOT_REQUIRED', 'DONE', null),
        job_id: fc.constantFrom<JsonValue>(
          '1',
          '0-3',
          12,
          1.5,
          -1,
          true,
          null,
          '1-2-3',
          '1\n',
          '١',
          '1'.repeat(21),
          '9'.repeat(20),
        ),
        job_retry_count: number,
        type: fc.constantFrom<JsonValue>('output', 'log', 'else', null),
        publishname: fc.constantFrom<JsonValue>('tag', null, 1),
        checksums: fc.constantFrom<JsonValue>(
          null,
          {},
          [],
          1,
          { adler32: 'abc' },
          { adler32: '1F' },
          { adler32: 7 },
          { adler32: '0a1b2c3D' },
        ),
        outputdataset: fc.constantFrom<JsonValue>(
          null,
          '',
          '/FakeDataset/x-y/USER',
          '/a/b/USER',
          '/a/b/user',
          '/a/b',
          3,
        ),
      },
      { requiredKeys: [] },
    ),
    inPlace: fc.nat(20).map((n) => n === 0),
    keep: fc.array(fc.nat(), { maxLength: 3 }),
    drop: fc.array(fc.nat(60), { maxLength: 2 }),
  })
  .map(({ good, changes, inPlace, keep, drop }) => {
    const isLog = good.type === 'log';
    const record: Record<string, JsonValue> = {
      ...{ id: crabFileId(good.sourceLfn), username: 'alice', taskname: '261123_101500:alice_crab_analysis_1' },
      ...{ start_time: 1795428900, destination: 'T2_CH_CERN', destination_lfn: '/store/user/alice/data/out.root' },
      ...{
        source: 'T2_IT_Pisa',
        source_lfn: good.sourceLfn,
        filesize: 1000,
        publish: isLog ? 0 : 1,
        transfer_state: 'NEW',
      },
      ...{ publication_state: 'NEW', job_id: '1', job_retry_count: 0, type: good.type, publishname: 'tag-1' },
      ...{
        checksums: { adler32: isLog ? 'abc' : '141d411c' },
        outputdataset: isLog ? '/FakeDataset/f/USER' : '/a/b-c/USER',
      },
    };
    const changed = Object.entries<JsonValue>(changes);
    for (const at of keep) {
      const change = changed[at % (changed.length || 1)];
      if (change) record[change[0]] = change[1];
    }
    if (inPlace) Object.assign(record, { destination: record['source'], destination_lfn: record['source_lfn'] });
    const names = Object.keys(record);
    for (const at of drop) delete record[names[at] ?? ''];
    return record;
  });
