import { describe, expect, it } from 'vitest';
import { redact, shortText } from '../../src/adapters/short-text.ts';

describe('redact', () => {
  it.each([
    ['No delegation found for "/DC=ch/DC=cern/CN=Test User"', 'No delegation found for "<DN>"'],
    ['user /O=FTS Test/CN=alice, not allowed', 'user <DN>, not allowed'],
    ['do not match: DC=org, DC=example, CN=alice != CN=b,DC=org', 'do not match: <DN>'],
    ['(issuer C = CH, O = CERN, CN = Grid CA) unknown', '(issuer <DN>) unknown'],
    ['GET /x?C=1 and O=2', 'GET /x?C=1 and O=2'],
    ['got Authorization: Bearer abc.def', 'got Authorization: Bearer <token>'],
    ['token eyJhbGciOi.eyJzdWIi.c2ln rejected', 'token <token> rejected'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE', '<PEM>'],
    ['DESTINATION [17] /store/user/jdoe/out_1.root exists', 'DESTINATION [17] /store/user/jdoe/out_1.root exists'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });
});

describe('shortText', () => {
  it('makes one line of it', () => {
    expect(shortText(' a\n\tb\u0000c ')).toBe('a b c');
  });

  it('cuts at 500 characters and says so', () => {
    const short = shortText('x'.repeat(1_000_000));
    expect(short).toHaveLength(500);
    expect(short.endsWith('x…')).toBe(true);
  });
});
