import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dbsRefusal } from '../../../src/adapters/dbs/dbs-error.ts';

/** The body of a recorded answer. */
function recorded(name: string): string {
  const text = readFileSync(new URL(`../../fixtures/dbs/${name}.response.http`, import.meta.url), 'utf8');
  return text.slice(text.search(/\r?\n\r?\n/)).trim();
}

const nested = (code: number, reason: string, message = 'unable') =>
  JSON.stringify([{ error: { code, reason, message } }]);

describe('dbsRefusal', () => {
  it.each([
    ['17-bulkblocks-same-again', { code: 200, transient: false, reason: /^Block \/GenericTTbar\/\S+ already exists$/ }],
    [
      '18-bulkblocks-same-files-new-block',
      { code: 310, transient: false, reason: /^unable to insert file record: concurrency error$/ },
    ],
    ['29-bad-check_sum-int', { code: 122, transient: false, reason: /check_sum of type string$/ }],
  ])('reads the innermost cause of %s', (name, { code, transient, reason }) => {
    const refusal = dbsRefusal(400, recorded(name));
    expect(refusal).toMatchObject({ code, transient });
    expect(refusal.reason).toMatch(reason);
    expect(refusal.reason).not.toContain('goroutine');
  });

  it.each([
    ['a race on a common row', nested(207, 'ORA-00001: unique constraint (X.Y) violated')],
    ['a locked database', nested(302, '\nDBSError\n   Reason: nested error: database is locked\n')],
    ['a commit that failed', nested(308, 'driver: bad connection')],
    ['an empty body', ''],
    ['the router', '404 page not found'],
    ['a front end', '<html><body>Bad Gateway</body></html>'],
  ])('waits for %s', (_what, body) => {
    expect(dbsRefusal(400, body)).toMatchObject({ transient: true });
  });

  it('does not wait for a file whose name sounds like a race', () => {
    const reason = 'no rows for /store/user/x/deadlock/ORA-00001/a.root';
    expect(dbsRefusal(400, nested(305, reason))).toMatchObject({ code: 305, transient: false });
  });

  it('does not wait for a body that is too large', () => {
    expect(dbsRefusal(413, '<html></html>')).toEqual({
      code: null,
      reason: 'HTTP 413: an HTML page',
      transient: false,
    });
  });

  it('keeps reasons short', () => {
    const reason = `${'x'.repeat(10_000)}\ngoroutine 102 [running]:\n${'y'.repeat(10_000)}`;
    expect(dbsRefusal(400, nested(310, reason)).reason.length).toBeLessThanOrEqual(500);
  });
});
