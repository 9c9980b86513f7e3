import { describe, expect, test } from 'vitest';
import { ALL_SEARCH_ATTRIBUTES, datasetKeyword } from '../../src/contract/search-attributes.ts';

test('they fit the room that a namespace has on PostgreSQL', () => {
  const count = (type: string) => ALL_SEARCH_ATTRIBUTES.filter((attribute) => attribute.type === type).length;
  expect(count('KEYWORD')).toBeLessThanOrEqual(10);
  expect(count('KEYWORD_LIST')).toBeLessThanOrEqual(3);
  expect(count('INT')).toBeLessThanOrEqual(3);
});

describe('datasetKeyword', () => {
  test('leaves names that fit', () => expect(datasetKeyword('/a/b/USER')).toBe('/a/b/USER'));

  test('cuts longer ones to 255 characters, and different ones stay different', () => {
    const long = `/${'x'.repeat(340)}`;
    const [one, other] = [datasetKeyword(`${long}/USER`), datasetKeyword(`${long}/RAW`)];
    expect(one).toHaveLength(255);
    expect(one).toMatch(/~[0-9a-f]{8}$/);
    expect(one).not.toBe(other);
  });
});
