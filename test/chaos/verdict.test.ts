import { expect, it } from 'vitest';
import type { Evidence } from '../../src/chaos/evidence.ts';
import { judge } from '../../src/chaos/verdict/index.ts';
import { publicationNumber, transferNumber } from '../../src/simulators/crab/transfer-row.ts';
import { FINISHED, REMOVED, soundEvidence, SUBMITTED, type Doctored } from './doctored.ts';

const failing = async (evidence: unknown): Promise<string[]> =>
  (await judge(evidence as Evidence)).filter(({ problems }) => problems.length > 0).map(({ claim }) => claim);

/** Copied once more: a second job of the same attempt, or of another one. */
function again({ evidence, job }: Doctored, sid: string, submitTime: number): void {
  const files = job.files.map((file) => ({
    ...file,
    attempts: [{ startedAt: submitTime, endedAt: submitTime + 1_000, reason: null }],
    finishTime: submitTime + 1_000,
  }));
  evidence.fts = [job, { ...job, jobId: 'j2', sid, submitTime, files }];
}

/** Its job ran again after it was published: the new file is rejected, with its source kept, and the published one stays. */
function rejectLaterRun(file: Doctored['file']): void {
  const later = { retry: 1, size: 90, adler32: '0badbeef', laidAt: REMOVED + 1 };
  file.generations.push(later);
  file.atSource = { size: later.size, adler32: later.adler32 };
  Object.assign(file.said ?? {}, { retry: 1, transfer: 'REJECTED', publication: 'FAILED', rule: 'already-published' });
  const row = { tm_transfer_state: transferNumber('FAILED'), tm_publication_state: publicationNumber('FAILED') };
  Object.assign(file.row ?? {}, row);
}

/** Asked for this often more, well after a cancel of everything was answered; nothing of it was copied, and it is KILLED. */
function sentAfterCancel(doctored: Doctored, jobs: number): void {
  fail(doctored);
  const { evidence, file, job } = doctored;
  Object.assign(file.said ?? {}, { transfer: 'KILLED' });
  Object.assign(file.row ?? {}, { tm_transfer_state: transferNumber('KILLED'), tm_last_update: 1_000 });
  const { name } = evidence.files[0]!.task;
  evidence.acts = [{ ...CANCEL, answeredAt: FINISHED, task: name, touch: { kind: 'all' } }];
  const failed = job.files.map((copy) => ({ ...copy, state: 'FAILED' }));
  evidence.fts = Array.from({ length: 1 + jobs }, (_, at) => {
    const submitTime = at === 0 ? SUBMITTED : FINISHED + 15_000 + 1_000 * at;
    const files = failed.map((copy) => ({ ...copy, attempts: [], finishTime: submitTime + 500 }));
    return { ...job, jobId: `j${at}`, sid: `run/1/${at + 1}/x`, submitTime, files };
  });
}

/** It has failed, and is where it was. */
function fail({ evidence, file }: Doctored): void {
  Object.assign(file.said ?? {}, { transfer: 'FAILED', publication: 'FAILED' });
  Object.assign(file, { atDestination: null, atSource: { size: 100, adler32: '0badcafe' } });
  const row = { tm_transfer_state: transferNumber('FAILED'), tm_publication_state: publicationNumber('FAILED') };
  Object.assign(file.row ?? {}, row);
  evidence.arrived = [];
  evidence.dbs = { files: [], blocks: [] };
  evidence.doors = [];
}

/** A job whose copies were called off before they began. */
const calledOff = (job: Doctored['job']): Doctored['job'] => ({
  ...job,
  submitTime: REMOVED + 10_000,
  files: job.files.map((file) => ({ ...file, state: 'CANCELED', attempts: [], finishTime: REMOVED + 11_000 })),
});

const CANCEL = { kind: 'cancel' as const, askedAt: 0, answeredAt: 0, outcome: '1 files', done: true };

const DOCTORED: [what: string, doctor: (doctored: Doctored) => void, claims: RegExp[]][] = [
  ['a file is lost from its books', ({ file }) => void (file.said = null), [/in the books/, /in DBS, each/, /CRAB/]],
  [
    'a file never ends',
    ({ file }) => Object.assign(file.said ?? {}, { publication: 'ACQUIRED' }),
    [/in a final state/, /in DBS, each/, /CRAB/],
  ],
  ['a task counts a file twice', ({ evidence }) => void (evidence.statuses[0]!.files = 2), [/whose counts/]],
  [
    'other bytes have arrived',
    ({ file }) => void (file.atDestination = { size: 100, adler32: '00000001' }),
    [/DONE: their bytes/, /published: once/],
  ],
  ['a source is left', ({ file }) => void (file.atSource = { size: 100, adler32: '0badcafe' }), [/DONE: their bytes/]],
  [
    'a killed file is there all the same, and its source is gone',
    ({ file }) => Object.assign(file.said ?? {}, { transfer: 'KILLED' }),
    [/nothing of theirs/, /FTS's copies/, /CRAB/],
  ],
  [
    'something lies there that nobody reported',
    ({ evidence }) => void evidence.arrived.push('T2_X:/store/user/x'),
    [/none that nobody reported/],
  ],
  ['a workflow failed', ({ evidence }) => void (evidence.workflows[0]!.status = 'FAILED'), [/ended well/]],
  [
    'an attempt was submitted a second time',
    (doctored) => again(doctored, 'run/1/1/other', SUBMITTED + 1),
    [/each with one FTS job/, /not over/, /two copies at a time/, /copied well once/],
  ],
  [
    'a file was copied again after it had arrived',
    (doctored) => again(doctored, 'run/1/2/x', REMOVED),
    [/copied well once/],
  ],
  [
    'a file was copied after it was killed',
    (doctored) => {
      Object.assign(doctored.file.said ?? {}, { transfer: 'KILLED', publication: 'FAILED' });
      Object.assign(doctored.file, { atDestination: null, atSource: { size: 100, adler32: '0badcafe' } });
      const row = { tm_transfer_state: transferNumber('KILLED'), tm_publication_state: publicationNumber('FAILED') };
      Object.assign(doctored.file.row ?? {}, row, { tm_last_update: 1 });
      doctored.evidence.dbs = { files: [], blocks: [] };
      doctored.evidence.doors = [];
    },
    [/KILLED, none copied/, /FTS's copies/],
  ],
  [
    'a file is DONE that FTS has not copied well, and it was cancelled',
    ({ evidence, job }) => {
      job.files[0]!.state = 'FAILED';
      evidence.acts = [{ ...CANCEL, task: evidence.files[0]!.task.name, touch: { kind: 'all' } }];
    },
    [/FTS's copies/],
  ],
  [
    "a file is DONE of whose last run's bytes FTS has no copy",
    ({ file }) => {
      file.generations.unshift({ retry: 1, size: 50, adler32: '0badbeef', laidAt: 0 });
      file.said!.retry = 1;
      file.atDestination = { size: 50, adler32: '0badbeef' };
    },
    [/FTS's copies/, /published: once/],
  ],
  ['a cancelled file was asked for again and again', (doctored) => sentAfterCancel(doctored, 2), [/must be known/]],
  [
    'a cancelled file was asked for again after FTS had called its copy off',
    (doctored) => {
      sentAfterCancel(doctored, 1);
      const [copy] = doctored.evidence.fts[0]!.files;
      Object.assign(copy!, { state: 'CANCELED', history: [{ state: 'CANCELED', at: FINISHED + 1 }] });
    },
    [/called their copy off/],
  ],
  ['a file is FAILED that FTS has copied well, and nobody has looked', fail, [/FTS's copies/]],
  [
    'a file was copied twice that was cancelled when all was over',
    (doctored) => {
      again(doctored, 'run/1/2/x', REMOVED);
      const { name } = doctored.evidence.files[0]!.task;
      doctored.evidence.acts = [{ ...CANCEL, task: name, touch: { kind: 'all' } }];
    },
    [/copied well once/],
  ],
  [
    "a file was copied twice, and another batch's reset is no excuse",
    (doctored) => {
      again(doctored, 'run/1/2/x', REMOVED);
      const { name } = doctored.evidence.files[0]!.task;
      doctored.evidence.acts = [{ ...CANCEL, task: name, touch: { kind: 'batch', batch: 2 } }];
    },
    [/copied well once/],
  ],
  [
    'a job names a destination twice',
    ({ job }) => void job.files.push(job.files[0]!),
    [/no destination twice/, /not over/, /at a time/, /copied well once/],
  ],
  ['a source went before we had looked', ({ evidence }) => void evidence.doors.splice(1, 1), [/sources removed/]],
  ['the look found other bytes', ({ evidence }) => void (evidence.doors[1]!.adler32 = '00000001'), [/sources removed/]],
  [
    'the copy was written anew between look and removal',
    ({ evidence }) => void evidence.doors.splice(2, 0, { ...evidence.doors[0]!, at: REMOVED - 1 }),
    [/sources removed/],
  ],
  [
    'a file is in DBS that is not called published',
    ({ evidence }) => void evidence.dbs.files.push({ ...evidence.dbs.files[0]!, lfn: '/store/user/x' }),
    [/in DBS, each/],
  ],
  [
    'a file is in DBS twice',
    ({ evidence }) => void evidence.dbs.files.push(evidence.dbs.files[0]!),
    [/published: once/],
  ],
  [
    'a file that an earlier run of its job had published is in DBS twice',
    ({ evidence, file }) => {
      rejectLaterRun(file);
      evidence.dbs.files.push(evidence.dbs.files[0]!);
    },
    [/published: once/],
  ],
  [
    'a published file is not in DBS',
    ({ evidence }) => void (evidence.dbs.files = []),
    [/published: once/, /none without files/],
  ],
  [
    "CRAB's row says something else",
    ({ file }) => void (file.row!.tm_transfer_state = transferNumber('SUBMITTED')),
    [/CRAB/],
  ],
];

it('a world in which all is well passes', async () => {
  expect(await failing(soundEvidence().evidence)).toEqual([]);
});

it('a file whose job ran again after it was published may be rejected', async () => {
  const { evidence, file } = soundEvidence();
  rejectLaterRun(file);
  expect(await failing(evidence)).toEqual([]);
});

it('what was called off or reset may have been copied twice', async () => {
  for (const touch of [{ kind: 'all' }, { kind: 'batch', batch: 1 }] as const) {
    const doctored = soundEvidence();
    again(doctored, 'run/1/2/x', REMOVED);
    const [first] = doctored.evidence.fts;
    if (touch.kind === 'all') doctored.evidence.fts.push({ ...calledOff(first!), jobId: 'j3', sid: 'run/1/3/y' });
    doctored.evidence.acts = [{ ...CANCEL, task: doctored.evidence.files[0]!.task.name, touch }];
    expect(await failing(doctored.evidence)).toEqual([]);
  }
});

it('a submission that was on its way when a file was cancelled is carried out', async () => {
  const doctored = soundEvidence();
  sentAfterCancel(doctored, 1);
  expect(await failing(doctored.evidence)).toEqual([]);
});

it('a cancel is late where who carries it was struck', async () => {
  const doctored = soundEvidence();
  sentAfterCancel(doctored, 2);
  doctored.evidence.strikes = [{ target: 'worker-1', from: FINISHED + 10_000, to: FINISHED + 20_000 }];
  expect(await failing(doctored.evidence)).toEqual([]);
  doctored.evidence.strikes = [{ target: 'dbs', from: FINISHED + 10_000, to: FINISHED + 20_000 }];
  expect(await failing(doctored.evidence)).toEqual([expect.stringMatching(/must be known/)]);
});

it('a file need not be DONE where FTS copied it well and we found other bytes', async () => {
  const doctored = soundEvidence();
  const look = doctored.evidence.doors[1]!;
  fail(doctored);
  doctored.evidence.doors = [{ ...look, adler32: '00000001' }];
  expect(await failing(doctored.evidence)).toEqual([]);
});

it.each(DOCTORED)('is found: %s', async (_, doctor, claims) => {
  const doctored = soundEvidence();
  doctor(doctored);
  expect(await failing(doctored.evidence)).toEqual(claims.map((claim) => expect.stringMatching(claim) as string));
});
