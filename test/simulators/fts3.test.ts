import { describe, expect, it } from 'vitest';
import { uuid5 } from '../../src/domain/digest.ts';
import { BASE_ID } from '../../src/simulators/fts3/identity.ts';
import { aString, eventually, fileOf, startFts } from './fts3-helpers.ts';

/** Copies that take no time and move nothing: what is tested here is everything else. */
const instant = { instant: true };

describe('submission', () => {
  it('derives the job id from VO and sid, and refuses the sid a second time whatever the files', async () => {
    const fts = await startFts(instant);
    const params = { id_generator: 'deterministic', sid: 'batch-1', job_metadata: { digest: 'abc' } };
    const first = await fts.ask('POST', '/jobs', { files: [fileOf('a')], params });
    expect(first).toMatchObject({ status: 200, body: { job_id: uuid5(uuid5(BASE_ID, 'cms'), 'batch-1') } });
    const second = await fts.ask('PUT', '/jobs', { files: [fileOf('b')], params });
    expect(second.status).toBe(409);
    expect(second.body).toEqual({ status: '409 Conflict', message: 'The sid provided by the user is duplicated' });
    expect(fts.jobs()).toMatchObject([
      {
        sid: 'batch-1',
        metadata: { digest: 'abc', auth_method: 'certificate' },
        files: [{ source: aString }],
      },
    ]);
    expect(fts.refusedSubmissions()).toMatchObject([{ status: 409 }]);
  });

  it('takes one of 12 identical submissions made at once', async () => {
    const fts = await startFts(instant);
    const body = { files: [fileOf('a')], params: { id_generator: 'deterministic', sid: 's' } };
    const answers = await Promise.all(Array.from({ length: 12 }, () => fts.ask('POST', '/jobs', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(11).fill(409)]);
  });

  it('accepts the sid of an archived job again', async () => {
    const fts = await startFts(instant);
    const params = { id_generator: 'deterministic', sid: 's' };
    const jobId = await fts.submit([fileOf('a')], params);
    await fts.until(jobId, 'FINISHED');
    fts.archive(jobId);
    expect((await fts.ask('GET', `/jobs/${jobId}`)).status).toBe(404);
    expect((await fts.ask('GET', `/archive/${jobId}`)).body).toMatchObject({
      job_state: 'FINISHED',
      files: [{ file_state: 'FINISHED' }],
    });
    expect(await fts.submit([fileOf('a')], params)).toBe(jobId);
  });

  it.each([
    ['"N" enables overwriting', { overwrite: 'N' }, { overwrite_flag: 'Y' }],
    ['a priority is clamped', { priority: 99 }, { priority: 5 }],
    [
      'a text of metadata becomes a label',
      { job_metadata: 'x' },
      { job_metadata: { label: 'x', auth_method: 'certificate' } },
    ],
    ['only the first letter of verify_checksum counts', { verify_checksum: 'target' }, { verify_checksum: 't' }],
    [
      'settings travel packed',
      { nostreams: 2, strict_copy: true, ipv4: true, ipv6: true },
      { internal_job_params: 'nostreams:2,strict,ipv4' },
    ],
    ['an unknown form of max_time_in_queue is no limit', { max_time_in_queue: 'soon' }, { max_time_in_queue: null }],
  ])('%s', async (_, params, expected) => {
    const fts = await startFts(instant);
    const jobId = await fts.submit([fileOf('a')], params);
    expect((await fts.ask('GET', `/jobs/${jobId}`)).body).toMatchObject(expected);
  });

  it('reads a bare max_time_in_queue as hours and shows the deadline', async () => {
    const fts = await startFts(instant);
    const jobId = await fts.submit([fileOf('a')], { max_time_in_queue: 2 });
    const deadline = (await fts.ask('GET', `/jobs/${jobId}/max_time_in_queue`)).body as number;
    expect(deadline - Date.now() / 1000).toBeCloseTo(7200, -2);
  });

  it.each([
    [{ verify_checksum: '' }, 500, /internal error/],
    [{ id_generator: 'deterministic', sid: 7 }, 400, /can only concatenate str/],
    [{ job_metadata: 'x'.repeat(3000) }, 400, /metadata exceeds size limit of 2048/],
  ])('refuses %j', async (params, status, message) => {
    const fts = await startFts(instant);
    const answer = await fts.ask('POST', '/jobs', { files: [fileOf('a')], params });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(message);
  });

  it('asks for a delegation before it looks at the content, and takes one', async () => {
    const fts = await startFts({ ...instant, identities: [{ dn: '/CN=u', vo: 'cms', delegated: false }] });
    const { delegation_id: id } = (await fts.ask('GET', '/whoami')).body as { delegation_id: string };
    expect((await fts.ask('GET', `/delegation/${id}`)).body).toBeNull();
    expect((await fts.ask('POST', '/jobs', { files: 'nonsense' })).status).toBe(419);
    expect((await fts.ask('GET', `/delegation/${id}/request`)).text).toContain('BEGIN CERTIFICATE REQUEST');
    expect((await fts.ask('PUT', `/delegation/${id}/credential`, '-----BEGIN CERTIFICATE-----')).status).toBe(201);
    expect((await fts.ask('POST', '/jobs', { files: [fileOf('a')] })).status).toBe(200);
    expect((await fts.ask('DELETE', `/delegation/${id}`)).status).toBe(204);
    expect((await fts.ask('POST', '/jobs', { files: [fileOf('a')] })).status).toBe(419);
  });

  it('reports a delegation many hours ahead over plain HTTP', async () => {
    const fts = await startFts(instant);
    const { delegation_id: id } = (await fts.ask('GET', '/whoami')).body as { delegation_id: string };
    const { termination_time: time } = (await fts.ask('GET', `/delegation/${id}`)).body as { termination_time: string };
    expect(Date.parse(`${time}Z`) - Date.now()).toBeGreaterThan(40 * 3_600_000);
  });
});

describe('reading', () => {
  it('collapses the leading slashes that the Python client sends', async () => {
    const fts = await startFts(instant);
    expect((await fts.ask('GET', '//whoami')).body).toMatchObject({ vos: ['cms'] });
    expect((await fts.ask('GET', '//')).body).toMatchObject({ api: { major: 3 } });
  });

  it('answers one id with an object, a trailing comma with a list, an unknown one among others with 207', async () => {
    const fts = await startFts(instant);
    const jobId = await fts.submit([fileOf('a')]);
    expect((await fts.ask('GET', `/jobs/${jobId}`)).body).toMatchObject({ job_id: jobId, http_status: '200 Ok' });
    expect((await fts.ask('GET', `/jobs/${jobId},`)).body).toMatchObject([{ job_id: jobId }]);
    const mixed = await fts.ask('GET', `/jobs/nope,${jobId}`);
    expect(mixed.status).toBe(207);
    expect(mixed.body).toMatchObject([
      { job_id: 'nope', http_status: '404 Not Found', http_message: 'No job with the id "nope" has been found' },
      { job_id: jobId },
    ]);
    expect((await fts.ask('GET', '/jobs/nope')).status).toBe(404);
    expect(fts.looks).toEqual({ requests: 4, jobs: 5 });
  });

  it('shows the files of a repeated id once only, and only the fields it knows', async () => {
    const fts = await startFts(instant);
    const jobId = await fts.submit([fileOf('a', { metadata: { key: 'k' } })]);
    const { body } = await fts.ask('GET', `/jobs/${jobId},${jobId}?files=file_metadata,nonsense`);
    expect(body).toMatchObject([{ files: [{ file_metadata: { key: 'k' } }] }, { files: [] }]);
    expect(body).not.toHaveProperty([0, 'files', 0, 'nonsense']);
    expect((await fts.ask('GET', `/jobs/${jobId}?files=`)).body).toHaveProperty('files', [{}]);
  });

  it('stumbles over anonymous callers as FTS does', async () => {
    const fts = await startFts(instant);
    const anonymous = { 'x-test-dn': 'anon' };
    expect((await fts.ask('GET', '/jobs/x', undefined, anonymous)).status).toBe(500);
    expect((await fts.ask('GET', '/jobs', undefined, anonymous)).status).toBe(403);
    expect((await fts.ask('GET', '/whoami', undefined, anonymous)).body).toMatchObject({
      user_dn: 'anon',
      delegation_id: null,
    });
  });

  it('refuses a request line that Apache would refuse', async () => {
    const fts = await startFts(instant);
    const ids = Array.from({ length: 230 }, () => '00000000-0000-0000-0000-000000000000').join(',');
    expect(await fts.ask('GET', `/jobs/${ids}`)).toMatchObject({ status: 414, body: undefined });
  });

  it('finds jobs that are over only with a limit or a time window', async () => {
    const fts = await startFts(instant);
    await fts.until(await fts.submit([fileOf('a')]), 'FINISHED');
    expect((await fts.ask('GET', '/jobs?state_in=FINISHED')).body).toEqual([]);
    expect((await fts.ask('GET', '/jobs?state_in=FINISHED&limit=5')).body).toHaveLength(1);
    expect((await fts.ask('GET', '/jobs?state_in=FINISHED&time_window=1')).body).toHaveLength(1);
  });
});

describe('faults of requests', () => {
  it('keeps a submission whose answer is lost', async () => {
    const fts = await startFts({
      ...instant,
      requestFaults: [{ method: 'POST', path: '^/jobs$', times: 1, action: 'drop-after' }],
    });
    const body = { files: [fileOf('a')], params: { id_generator: 'deterministic', sid: 's' } };
    await expect(fts.ask('POST', '/jobs', body)).rejects.toThrow();
    expect((await fts.ask('POST', '/jobs', body)).status).toBe(409);
    expect(fts.server.counts['POST /jobs']).toBe(2);
  });

  it('drops connections during an outage', async () => {
    const fts = await startFts({ ...instant, outages: [{ after: 0, for: 0.2 }] });
    await eventually(
      () =>
        fts.ask('GET', '/').then(
          () => false,
          () => true,
        ),
      'outage',
    );
    await eventually(
      () =>
        fts.ask('GET', '/').then(
          () => true,
          () => false,
        ),
      'end of the outage',
    );
  });
});
