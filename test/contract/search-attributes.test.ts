import { expect, test } from 'vitest';
import { ALL_SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';

test('they fit the room that a namespace has on PostgreSQL', () => {
  const count = (type: string) => ALL_SEARCH_ATTRIBUTES.filter((attribute) => attribute.type === type).length;
  expect(count('KEYWORD')).toBeLessThanOrEqual(10);
  expect(count('KEYWORD_LIST')).toBeLessThanOrEqual(3);
  expect(count('INT')).toBeLessThanOrEqual(3);
});
