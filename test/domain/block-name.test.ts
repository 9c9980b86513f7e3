import { expect, test } from 'vitest';
import { blockName } from '../../src/domain/publication/block-name.ts';

const SALT = 'eb531de0-0335-4c3c-9030-592cfb135892';
const file = (lfn: string, adler32 = '00000001') => ({ lfn, size: 1, adler32 });

test('the same files in any order have one name, others another, whatever is drawn', () => {
  const name = blockName('/A/b/USER', SALT, [file('/x'), file('/y')]);
  expect(name).toMatch(/^\/A\/b\/USER#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(blockName('/A/b/USER', SALT, [file('/y'), file('/x')])).toBe(name);
  const others = [[file('/x')], [file('/x'), file('/z')], [file('/x'), file('/y', '00000002')]];
  for (const files of others) expect(blockName('/A/b/USER', SALT, files)).not.toBe(name);
});

test('the same files tried anew have another name', () => {
  const files = [file('/x')];
  expect(blockName('/A/b/USER', SALT, files)).not.toBe(blockName('/A/b/USER', SALT.replace('eb', 'ec'), files));
});
