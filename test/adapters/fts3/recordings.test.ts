import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bulkEntries } from '../../../src/adapters/fts3/bulk-answer.ts';
import { messageOf } from '../../../src/adapters/fts3/fts-client.ts';
import { jobView } from '../../../src/adapters/fts3/job-view.ts';

/** Status and body of a recorded answer. */
function recorded(name: string): { status: number; json: unknown } {
  const text = readFileSync(new URL(`../../fixtures/fts3/${name}.http`, import.meta.url), 'utf8');
  const answer = text.slice(text.indexOf('HTTP/1.1 ', text.indexOf(' HTTP/1.1') + 9));
  const status = Number(answer.split(' ')[1]);
  return { status, json: JSON.parse(answer.slice(answer.search(/\r?\n\r?\n/))) };
}

const entriesOf = (name: string) => {
  const { status, json } = recorded(name);
  return [...(bulkEntries(status, json) ?? [])].map(([id, entry]) => [id.slice(0, 8), entry.status]);
};

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

  it('is null for a refusal', () => {
    expect(jobView(recorded('072-job-unknown').json)).toBeNull();
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
});
