import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SiteLabels } from '../../../src/workers/telemetry/site-labels.ts';

let siteconf: string;
const addSites = (...sites: string[]): void => sites.forEach((site) => mkdirSync(join(siteconf, site)));
beforeEach(() => {
  siteconf = mkdtempSync(join(tmpdir(), 'aso-siteconf-'));
  addSites('T2_IT_Pisa', 'T1_DE_KIT');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(siteconf, { recursive: true });
});

test('sites with a folder keep their name, areas have that of their site, and nobody else has one', () => {
  const sites = new SiteLabels(siteconf);
  expect(['T2_IT_Pisa', 'T1_DE_KIT_Disk', 'T2_XX_Invented', '../../etc', ''].map((name) => sites.site(name))).toEqual([
    ...['T2_IT_Pisa', 'T1_DE_KIT', 'other', 'other', 'other'],
  ]);
});

test('however many sites are invented, there are no more labels than sites', () => {
  const sites = new SiteLabels(siteconf);
  const links = Array.from({ length: 10_000 }, (_, n) => sites.link(`T2_XX_Site${n}`, 'T2_IT_Pisa'));
  expect(new Set(links.map(({ source, destination }) => `${source} ${destination}`))).toEqual(
    new Set(['other T2_IT_Pisa']),
  );
});

test('there are no more links than a Prometheus server bears', () => {
  const names = Array.from({ length: 100 }, (_, n) => `T3_US_Site${n}`);
  addSites(...names);
  const sites = new SiteLabels(siteconf);
  const links = names.flatMap((source) => names.map((destination) => sites.link(source, destination)));
  const distinct = new Set(links.map(({ source, destination }) => `${source} ${destination}`));
  // 5,000 of the 10,000, and for the others one for each destination.
  expect(distinct.size).toBeLessThanOrEqual(5_100);
  expect(sites.link('T3_US_Site0', 'T3_US_Site1')).toEqual({ source: 'T3_US_Site0', destination: 'T3_US_Site1' });
});

test('a new site is known within a minute, and nobody can make us read the folder more often', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const sites = new SiteLabels(siteconf);
  expect(sites.site('T2_US_MIT')).toBe('other');
  addSites('T2_US_MIT');
  expect(sites.site('T2_US_MIT')).toBe('other');
  vi.advanceTimersByTime(60_000);
  expect(sites.site('T2_US_MIT')).toBe('T2_US_MIT');
});
