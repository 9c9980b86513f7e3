import { describe, expect, it } from 'vitest';
import { describeFile, type FileView } from '../../src/domain/batch/views.ts';
import { addSweep, emptySweep, leave, whyNotSwept, type BookedFile } from '../../src/domain/sweep.ts';
import { file, fts, NOW, sent } from './model/batch-kit.ts';

const RETENTION = 30 * 86_400;
const LATER = NOW + RETENTION * 1000;
const OWNER = 'alice';

/** A file that failed long ago. */
function failed(change: Partial<FileView> = {}): FileView {
  const state = sent();
  fts(state, 'FAILED', ['a'], 'DESTINATION [1] HTTP 403 : Permission refused');
  return { ...describeFile(file(state)), sourceLfn: '/store/temp/user/alice.abc/x/out_1.root', ...change };
}

const booked = (change: Partial<BookedFile> = {}): BookedFile => ({
  ...{ key: 'a', retry: 0, batch: 7, transfer: 'FAILED' },
  ...change,
});

const why = (view = failed(), books = [booked()], now = LATER) =>
  whyNotSwept(view, 7, books, { owner: OWNER, now, retention: RETENTION });

describe('whyNotSwept', () => {
  it('lets go what was left behind long enough, and nobody needs', () => {
    expect(why()).toBeNull();
  });

  it.each<[string, string | null]>([
    ['younger than policy.sourceRetention', why(failed(), [booked()], LATER - 1)],
    ['say otherwise', why(failed(), [])],
    ['say otherwise', why(failed(), [booked({ transfer: 'RETRY' })])],
    ['say otherwise', why(failed(), [booked({ batch: 8 })])],
    ['say otherwise', why(failed(), [booked({ retry: 1, batch: null, transfer: 'NEW' })])],
    ['newer retry', why(failed(), [booked(), booked({ retry: 1, batch: null, transfer: 'REJECTED' })])],
    ['not left behind', why(failed({ kept: null }))],
    ['other bytes', why(failed({ kept: { why: 'changed', reason: null, since: NOW } }))],
    ['the only copy', why(failed({ kept: { why: 'destination-lost', reason: null, since: NOW } }))],
    ['younger', why(failed({ kept: { why: 'failed', reason: null, since: null } }))],
    ['temporary area', why(failed({ sourceLfn: '/store/user/alice/out_1.root' }))],
    ['temporary area', why(failed({ sourceLfn: '/store/temp/user/bob.abc/out_1.root' }))],
  ])('keeps what is %s', (reason, said) => {
    expect(said).toContain(reason);
  });
});

describe('a result', () => {
  it('counts by reason, and stays small', () => {
    const whole = emptySweep();
    for (let n = 0; n < 200; n++) leave(whole, `reason ${n}`, `lfn ${n}`);
    addSweep(whole, { ...emptySweep(), removed: 2, swept: ['a.0', 'b.0'], left: [{ reason: 'reason 1', files: 3, example: 'x' }] }); // prettier-ignore
    expect(whole).toMatchObject({ removed: 2, absent: 0, swept: ['a.0', 'b.0'] });
    expect(whole.left).toHaveLength(51);
    expect(whole.left.find(({ reason }) => reason === 'reason 1')?.files).toBe(4);
    expect(whole.left.at(-1)).toMatchObject({ reason: 'other reasons', files: 150 });
  });
});
