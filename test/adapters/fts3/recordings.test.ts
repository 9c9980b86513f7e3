import { describe, expect, it } from 'vitest';
import { bulkEntries } from '../../../src/adapters/fts3/bulk-answer.ts';
import { messageOf } from '../../../src/adapters/fts3/fts-client.ts';
import { jobView } from '../../../src/adapters/fts3/job-view.ts';
import { readRecording, readRecordings } from '../../support/fts-recordings.ts';

/** Status and body of a recorded answer. */
function recorded(name: string): { status: number; json: unknown } {
  const { status, answer } = readRecording(name);
  return { status, json: JSON.parse(answer) };
}

const entriesOf = (name: string) => {
  const { status, json } = recorded(name);
  return [...(bulkEntries(status, json) ?? [])].map(([id, entry]) => [id.slice(0, 8), entry.status]);
};

const answers = readRecordings().filter(({ answer }) => answer !== '');

describe('bulkEntries', () => {
  it.each([
    ['059-job-finished', [['d2b3dad2', 200]]],
    ['069-jobs-two', [['d2b3dad2', 200], ['d2b4df54', 200]]], // prettier-ignore
    ['070-jobs-one-unknown', [['d2b3dad2', 200], ['00000000', 404]]], // prettier-ignore
    ['071-jobs-all-unknown', [['00000000', 404]]],
    ['072-job-unknown', [['00000000', 404]]],
    ['075-job-other-vo', [['d2b3dad2', 403]]],
    ['089-cancel', [['d2b5e0fc', 200]]],
    ['090-cancel-again', [['d2b5e0fc', 304]]],
    ['093-cancel-two-one-unknown', [['00000000', 404], ['d2b6e394', 200]]], // prettier-ignore
    ['094-cancel-two-terminal', [['d2b6e394', 304], ['d2b3dad2', 304]]], // prettier-ignore
  ])('%s', (name, entries) => {
    expect(entriesOf(name)).toEqual(entries);
  });

  it('is null for an error that names no job', () => {
    const { status, json } = recorded('076-job-anonymous');
    expect(bulkEntries(status, json)).toBeNull();
  });

  it('reads every answer about jobs by id', () => {
    const aboutJobs = answers.filter(({ method, path }) => method !== 'POST' && /^\/jobs\/[^/?]*-/.test(path));
    const whole = aboutJobs.filter(({ path }) => /^\/jobs\/[^/?]+(\?.*)?$/.test(path));
    expect(whole.length).toBeGreaterThan(15);
    const unread = whole.filter(({ status, answer }) => !bulkEntries(status, JSON.parse(answer))?.size);
    expect(unread.map(({ name }) => name)).toEqual(['076-job-anonymous']);
  });
});

describe('jobView', () => {
  it('reads job and files', () => {
    const view = jobView(recorded('062-job-with-files-fields').json);
    expect(view).toMatchObject({ jobId: 'd2b3dad2-e63d-11f1-88e2-02fc00000001', state: 'FINISHED', digest: null });
    expect(view?.files).toHaveLength(2);
    expect(view?.files[0]).toMatchObject({
      fileId: 8_872_390_239,
      key: null,
      state: 'FINISHED',
      reason: '',
      finishedAt: Date.parse('2026-11-22T06:27:49Z') / 1000,
      recoverable: null,
    });
  });

  it.each([
    ['065-job-files', 'FINISHED'],
    ['066-job-files-failed', 'FAILED'],
    ['096-job-canceled-files', 'CANCELED'],
  ])('reads every column of the files of %s', (name, state) => {
    const files = recorded(name).json as { reason: string | null; recoverable: boolean | null }[];
    const view = jobView({ ...(recorded('059-job-finished').json as object), files });
    expect(view?.files.map((file) => file.state)).toEqual(files.map(() => state));
    expect(view?.files.map((file) => file.reason)).toEqual(files.map(({ reason }) => reason ?? ''));
    expect(view?.files.map((file) => file.recoverable)).toEqual(files.map(({ recoverable }) => recoverable));
  });

  it('is null for what is no job with its files', () => {
    const views = answers.filter(({ answer }) => jobView(JSON.parse(answer)) !== null);
    expect(views.map(({ name }) => name)).toEqual(['062-job-with-files-fields', '082-modify-priority']);
  });

  it('takes only our own metadata', () => {
    const job = {
      job_id: 'x',
      job_state: 'ACTIVE',
      job_metadata: { issuer: 'ASO', digest: 'abc' },
      files: [{ file_id: 1, file_state: 'SOMETHING_NEW', reason: null, dest_surl: 'd', file_metadata: { key: 'k' } }],
    };
    expect(jobView(job)).toMatchObject({ digest: 'abc', files: [{ key: 'k', state: 'SOMETHING_NEW', reason: '' }] });
    expect(jobView({ ...job, job_metadata: { issuer: 'rucio', digest: 'abc' } })).toMatchObject({ digest: null });
  });
});

describe('messageOf', () => {
  it.each([
    ['055-submit-sid-again', 'The sid provided by the user is duplicated'],
    ['072-job-unknown', 'No job with the id "00000000-0000-0000-0000-000000000000" has been found'],
    ['058-submit-no-delegation', 'No delegation found for "<DN>"'],
  ])('%s', (name, message) => {
    expect(messageOf(recorded(name).json)).toBe(message);
  });

  it("tells FTS's own words of every refusal", () => {
    const refused = answers.filter(({ status }) => status >= 400);
    expect(refused.length).toBeGreaterThan(40);
    const without = refused.filter(({ answer }) => /^[[{"]|^$/.test(messageOf(JSON.parse(answer))));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
