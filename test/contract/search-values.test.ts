import { expect, test } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { searchPairs, searchUpdates, type SearchValues } from '../../src/contract/search-values.ts';

const valueOf = (values: SearchValues, key: { name: string }) =>
  searchUpdates(values).find((pair) => pair.key.name === key.name)?.value;

test('only what is given is said; nothing of a kind takes the attribute away', () => {
  expect(searchUpdates({})).toEqual([]);
  expect(valueOf({ failureClass: [] }, SEARCH_ATTRIBUTES.failureClass)).toBeNull();
  expect(valueOf({ ftsServer: null }, SEARCH_ATTRIBUTES.ftsServer)).toBeNull();
  expect(searchPairs({ failureClass: [], filesTotal: 0 })).toEqual([{ key: SEARCH_ATTRIBUTES.filesTotal, value: 0 }]);
});

test('names that fit stay; longer ones are cut to 255 characters, and different ones stay different', () => {
  expect(valueOf({ dataset: ['/a/b/USER'] }, SEARCH_ATTRIBUTES.dataset)).toEqual(['/a/b/USER']);
  const long = `/${'x'.repeat(340)}`;
  const [one, other] = valueOf({ dataset: [`${long}/USER`, `${long}/RAW`] }, SEARCH_ATTRIBUTES.dataset) as string[];
  expect(one).toHaveLength(255);
  expect(one).toMatch(/~[0-9a-f]{8}$/);
  expect(one).not.toBe(other);
});

test('a list holds what one attribute may take, each name once', () => {
  const sites = Array.from({ length: 500 }, (_, i) => `T2_XX_Site${i}`);
  const kept = valueOf({ source: [...sites, ...sites] }, SEARCH_ATTRIBUTES.source) as string[];
  expect(kept.length).toBeGreaterThan(90);
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(2048);
  expect(new Set(kept).size).toBe(kept.length);
});

test('of an FTS server its host is shown', () => {
  const shown = (ftsServer: string) => valueOf({ ftsServer }, SEARCH_ATTRIBUTES.ftsServer);
  expect(shown('https://fts3-cms.cern.ch:8446')).toBe('fts3-cms.cern.ch');
  expect(shown('https://[2001:db8::1]:8446')).toBe('[2001:db8::1]');
});
