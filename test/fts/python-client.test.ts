import { expect, it } from 'vitest';
import { REFUSED, REFUSED_BY_THE_CLIENT, UNANSWERED } from './python-refusals.ts';
import { printPassedChecks, scriptSuite } from './python-suite.ts';
import { A_STRING, hours, JOB_ID, TIME } from './python-shapes.ts';
import { CONTENT, CONTENT_SUM, NO_SPACE } from './python-world.ts';

/**
 * FTS's own client (PyPI `fts3`) lives its life against our FTS simulator, over TLS, with a proxy that it delegates:
 * what it takes for FTS, we may test ourselves against. What it does is in `python/`; here is what has to come of it.
 */
const NO_SUCH_JOB = '00000000-0000-0000-0000-000000000000';
const UNKNOWN = `No job with the id "${NO_SUCH_JOB}" has been found`;
const DN = '/DC=org/DC=example/CN=alice';

printPassedChecks();

scriptSuite('whoami and delegation', ['credentials.py'], (run) => {
  it('knows the person behind the proxy', () => {
    const delegationId = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
    const baseId = '01874efb-4735-4595-bc9c-591aef8240c9';
    run.steps.returned({
      root: { api: { major: 3, minor: 13, patch: 4 } },
      whoami: { user_dn: DN, vos: ['cms'], method: 'certificate', delegation_id: delegationId, base_id: baseId },
    });
  });

  it('takes no submission before a delegation, and then does', () => {
    const { delegation_id: mine } = run.steps.value<{ delegation_id: string }>('whoami');
    run.steps.returned({ 'nothing delegated': [], delegate: mine, submit: JOB_ID });
    run.steps.raised({ 'submit undelegated': ['NeedDelegation', 'Need to delegate credentials'] });
    expect(run.fts.refusedSubmissions()[0]?.message).toBe(`No delegation found for "${DN}"`);
    expect(run.fts.delegations()[0]).toMatchObject({ userDn: DN, delegationId: mine });
  });

  it('keeps a delegation for as long as the proxy says, until another is forced on it', () => {
    run.steps.returned({
      delegated: { termination_time: TIME, hours_left: hours(5) },
      'delegate again': A_STRING,
      'left as it was': hours(5),
      'delegate by force': A_STRING,
      renewed: hours(9),
    });
  });

  it('forgets what is revoked, and wants more than an hour left', () => {
    run.steps.returned({ revoke: '', revoked: [], 'delegate for 30 minutes': A_STRING });
    run.steps.raised({
      'revoke again': ['NotFound', 'Delegated credentials not found'],
      'submit with 30 minutes left': ['NeedDelegation', 'Need to delegate credentials'],
    });
    run.steps.returned({ 'submit delegates where it must': JOB_ID });
  });

  it('refuses what is no proxy for the key it made', () => {
    run.steps.raised({
      'of somebody else': ['Unauthorized', 'Unauthorized: The requested ID and the credentials ID do not match'],
      'nonsense instead of a proxy': ['ClientError', /^Client error: Bad request: Could not process the proxy: /],
      'a proxy of another key': ['ClientError', /^Client error: Bad request: Could not process the proxy: /],
    });
  });

  it('is not talked to where the client cannot trust it, or itself', () => {
    run.steps.raised({
      'an authority nobody trusts': ['BadEndpoint', /certificate verify failed/],
      'verify=True still reads the folder': ['BadEndpoint', /invalid path: \/nowhere/],
      no_creds: ['AttributeError', "'Context' object has no attribute 'fts_access_token'"],
      'an expired proxy': ['Exception', 'Proxy expired!'],
    });
  });

  it('needs no delegation of those who come with a token', () => {
    run.steps.returned({
      'token: whoami': { user_dn: 'alice', method: 'oauth2' },
      'token: nothing to delegate': '',
      'token: submit': JOB_ID,
      'token: list': [{ auth_method: 'oauth2' }],
    });
    run.steps.raised({ 'token of no VO': ['Unauthorized', /^Unauthorized: <!doctype html>.*any authorized vo/s] });
  });

  it('stumbles over anonymous callers as FTS does', () => {
    const nobody = { user_dn: 'anon', method: 'unauthenticated', delegation_id: null };
    run.steps.returned({ 'anonymous: whoami': nobody });
    run.steps.raised({
      'anonymous: list': ['Unauthorized', 'Unauthorized: Not enough permissions'],
      'anonymous: look at a job': ['ServerError', 'Server error: 500'],
      'anonymous: submit': ['Unauthorized', 'Unauthorized: Not enough permissions'],
    });
  });
});

/** Name, checksum and size of what the first job copies. */
const columns = ['good', 'good-too'].map((name) => [name, `ADLER32:${CONTENT_SUM}`, CONTENT.length]);
scriptSuite('jobs that run to their end', ['transfers.py', JSON.stringify(columns)], (run) => {
  it('copies files with metadata and checksums, as the user whose storage it is', async () => {
    // The storages know nobody else, so FTS has come with the proxy that the client delegated.
    const files = ['good', 'good-too'].map((name) => ({
      ...{ file_state: 'FINISHED', file_metadata: { file: name }, activity: 'Analysis Output', reason: '' },
      ...{ checksum: `ADLER32:${CONTENT_SUM}`, filesize: CONTENT.length, user_filesize: CONTENT.length },
      ...{ start_time: TIME, finish_time: TIME, dest_surl: `davs://t2_b.example/store/user/alice/${name}` },
    }));
    const job = { job_state: 'FINISHED', job_finished: TIME, verify_checksum: 'b', job_metadata: { issuer: 'py' } };
    run.steps.returned({ submit: JOB_ID, finished: { ...job, files, dm: [] }, 'without files': job });
    expect(run.steps.value('without files')).not.toHaveProperty('files');
    expect(await run.storage.readFile('T2_B', '/store/user/alice/good')).toEqual(CONTENT);
  });

  it('tells what failed and why', () => {
    const mismatch = `SOURCE [5] Source and user-defined ADLER32 checksum do not match (${CONTENT_SUM} != 00000bad)`;
    const missing = { file_state: 'FAILED', reason: expect.stringMatching(/^SOURCE \[2\] /) as string };
    run.steps.returned({
      'wrong checksum': { job_state: 'FAILED', files: [{ file_state: 'FAILED', reason: mismatch }] },
      'one of two is missing': { job_state: 'FINISHEDDIRTY', files: [{ file_state: 'FINISHED' }, missing] },
    });
  });

  it('retries what may get better, and tells the reasons of the attempts', () => {
    const attempt = { reason: NO_SPACE, datetime: TIME, transfer_host: A_STRING, file: { job_id: JOB_ID } };
    run.steps.returned({
      flaky: { job_state: 'FINISHED', files: [{ file_state: 'FINISHED', retry: 2, reason: '' }] },
      retries: [1, 2].map((number) => ({ ...attempt, attempt: number })),
      'out of retries': { job_state: 'FAILED', files: [{ file_state: 'FAILED', retry: 1, reason: NO_SPACE }] },
    });
  });

  it('shows several jobs at once', () => {
    // The client always names a checksum, so that FTS takes `verify_checksum=False` for `target`.
    const dirty = { job_state: 'FINISHEDDIRTY', verify_checksum: 't' };
    const finished = { job_state: 'FINISHED' };
    const files = [{ file_state: 'FINISHED', file_metadata: { file: 'good' } }, { file_state: 'FINISHED' }];
    run.steps.returned({
      'several jobs': [finished, dirty],
      'the same job twice': [
        { ...finished, files },
        { ...finished, files: [] },
      ],
      'several jobs with files': [
        { ...finished, files },
        { ...dirty, files: [{}, { file_state: 'FAILED' }] },
      ],
    });
    run.steps.raised({
      'one of several is unknown': ['ClientError', /^Client error: \[\{.*"404 Not Found"/],
      'all of several are unknown': ['ClientError', `Client error: ${UNKNOWN}\n${UNKNOWN}`],
      'an unknown job': ['NotFound', `Not found: ${NO_SUCH_JOB}`],
      'a job id that is none': ['Exception', 'The job_id provided is not a string!'],
    });
  });

  it('reads a number of max_time_in_queue as hours', () => {
    run.steps.returned({ 'hours in the queue': hours(2) });
  });

  it('derives the job id from VO and sid, once', () => {
    run.steps.returned({ 'expected id': JOB_ID, 'deterministic id': run.steps.value('expected id') });
    run.steps.raised({ 'the same sid again': ['ClientError', 'Client error: 409'] });
  });
});

scriptSuite('jobs that somebody interferes with', ['control.py'], (run) => {
  const idsOf = () => run.steps.value<{ running: string; waiting: string; files: number[] }>('jobs');

  it('lists jobs by user, VO, state and storage', () => {
    const { running, waiting } = idsOf();
    const both = [running, waiting];
    const found = { list: both, 'list by VO': both, 'list by user': both, 'list by state': [waiting] };
    const others = { 'list of another VO': [], 'list by other storage': [] };
    run.steps.returned({ jobs: {}, ...found, 'list by storage': 2, ...others });
    run.steps.raised({
      'list of another user': ['ClientError', /The provided DN and delegation id do not correspond to the same user$/],
      'list by another delegation': ['Unauthorized', /The provided delegation id does not match your delegation id$/],
    });
  });

  it('cancels single files, not those of other jobs or of reuse jobs', () => {
    const { waiting, files } = idsOf();
    run.steps.returned({
      'cancel a file': 'CANCELED',
      'job goes on': 'SUBMITTED',
      'cancel files, one foreign': ['CANCELED', 'CANCELED', 'File does not belong to the job'],
      'job of cancelled files': {
        ...{ job_id: waiting, job_state: 'CANCELED', cancel_job: true },
        files: files.map((file_id) => ({ file_id, file_state: 'CANCELED', finish_time: TIME })),
      },
      'cancel the reuse job': 'CANCELED',
    });
    run.steps.raised({
      'cancel a file of a reuse job': ['ClientError', /Multihop or reuse jobs must be cancelled at once \(Y\)$/],
      'cancel a file of an unknown job': ['NotFound', UNKNOWN],
    });
  });

  it('kills the copy of a cancelled job', async () => {
    const { running } = idsOf();
    const finished = { job_state: 'FINISHED', http_status: '304 Not Modified' };
    const cancelled = { job_id: running, job_state: 'CANCELED', cancel_job: true, reason: 'Job canceled by the user' };
    run.steps.returned({
      cancel: { ...cancelled, http_status: '200 Ok', http_message: null },
      cancelled: { ...cancelled, files: [{ file_state: 'CANCELED', reason: 'Job canceled by the user' }] },
      'cancel again': { http_status: '304 Not Modified', http_message: 'The job is in a terminal state' },
      // What was over already comes first.
      'cancel several': [finished, { job_state: 'CANCELED', http_status: '200 Ok' }],
      'cancel what is finished': finished,
    });
    run.steps.raised({
      'cancel an unknown job': ['NotFound', /"404 Not Found"/],
      'cancel several, one unknown': ['ClientError', /^Client error: \[\{.*"404 Not Found".*"CANCELED"/],
    });
    await expect.poll(() => run.fts.job(running)?.files[0]?.attempts[0]?.reason).toBe('aborted');
    expect(await run.storage.readFile('T2_B', '/store/user/alice/hangs')).toBeNull();
  });

  it('starts the higher priority first, also one that was raised', () => {
    run.steps.returned({
      priorities: [1, 4, 2],
      'raise a priority': 'raised',
      raised: 5,
      'by priority': ['FINISHED', 'FINISHED', 'FINISHED'],
      'a priority for what is finished': expect.stringContaining('304 Not Modified') as string,
    });
    run.steps.raised({
      'a priority that is none': ['ClientError', 'Client error: Bad request: Invalid priority value'],
    });
    const started = run.fts.jobs().flatMap(({ files }) => files.filter(({ attempts }) => attempts.length > 0));
    const order = started.sort((left, right) => (left.startTime ?? 0) - (right.startTime ?? 0));
    const names = order.map(({ source }) => source.split('/').at(-1));
    expect(names.slice(0, 4)).toEqual(['hangs', 'raised', 'high', 'low']);
  });

  it('leaves to operators what is theirs', () => {
    run.steps.raised({
      'cancel everything': ['Unauthorized', 'Unauthorized: User does not have root privileges'],
      'ban a storage': ['Unauthorized', 'Unauthorized: Not enough permissions'],
    });
  });
});

scriptSuite('submissions that are refused', ['refusals.py'], (run) => {
  it.each(Object.entries({ ...REFUSED_BY_THE_CLIENT, ...REFUSED, ...UNANSWERED }))('%s', (step, outcome) => {
    run.steps.raised({ [step]: outcome });
  });

  it('what is odd is accepted', () => {
    const accepted = ["'N' for overwrite", 'unknown checksum', 'unknown parameter'];
    run.steps.returned(Object.fromEntries(accepted.map((what) => [`accepted: ${what}`, JOB_ID])));
    expect(run.fts.jobs()).toHaveLength(accepted.length);
  });
});
