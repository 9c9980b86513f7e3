import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSiteCatalog } from '../../../src/adapters/site-catalog/site-catalog.ts';
import { writeStorageJson } from '../../../src/simulators/storage/storage-json.ts';
import type { SiteCatalogPort } from '../../../src/ports/storage.ts';

const LFN = '/store/user/jdoe/out_1.root';

let siteconf: string;
let catalog: SiteCatalogPort;
let problems: string[];

beforeEach(async () => {
  siteconf = await mkdtemp(join(tmpdir(), 'siteconf-'));
  problems = [];
  catalog = createSiteCatalog({ siteconf, onProblem: (problem) => problems.push(problem) });
});

afterEach(() => rm(siteconf, { recursive: true }));

/** Writes a site's storage.json of one volume, or of those given. */
async function site(name: string, protocols: object[], over: object = {}, more: object[] = []): Promise<void> {
  const volume = { site: name, volume: `${name}_dCache`, protocols, type: 'DISK', rse: name, fts: [], ...over };
  await write(name, JSON.stringify([volume, ...more]));
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(join(siteconf, name), { recursive: true });
  await writeFile(join(siteconf, name, 'storage.json'), text);
}

const webdav = (prefix: string, access = 'global-rw') => ({ protocol: 'WebDAV', access, prefix });
const xrootd = (prefix: string, access = 'global-rw') => ({ protocol: 'XRootD', access, prefix });
const misconfigured = (...parts: string[]) => ({
  type: 'SiteMisconfigured',
  retryable: false,
  message: expect.stringMatching(new RegExp(parts.join('.*'))) as string,
});

describe('copyUrls', () => {
  it('puts the prefix before the LFN', async () => {
    await site('T2_IT_Pisa', [xrootd('root://pisa/'), webdav('davs://pisa:8443/cms')]);
    await site('T2_CH_CERN', [webdav('davs://eos.cern.ch/eos/cms')]);
    expect(await catalog.copyUrls('T2_IT_Pisa', '/store/temp/x.root', 'T2_CH_CERN', LFN)).toEqual({
      sourcePfn: 'davs://pisa:8443/cms/store/temp/x.root',
      destinationPfn: `davs://eos.cern.ch/eos/cms${LFN}`,
    });
  });

  it('reads what the simulators write', async () => {
    await writeStorageJson(siteconf, ['T2_IT_Pisa', 'T2_CH_CERN'], 'http://127.0.0.1:1094');
    expect(await catalog.copyUrls('T2_IT_Pisa', LFN, 'T2_CH_CERN', LFN)).toEqual({
      sourcePfn: `http://127.0.0.1:1094/T2_IT_Pisa${LFN}`,
      destinationPfn: `http://127.0.0.1:1094/T2_CH_CERN${LFN}`,
    });
  });

  it('takes the first scheme that both have where one side has no WebDAV', async () => {
    await site('T2_IT_Pisa', [webdav('davs://pisa/cms'), xrootd('root://pisa/')]);
    await site('T2_CH_CERN', [{ protocol: 'SRMv2', access: 'global-rw', prefix: 'srm://cern' }, xrootd('root://eos/')]);
    expect(await catalog.copyUrls('T2_IT_Pisa', LFN, 'T2_CH_CERN', LFN)).toEqual({
      sourcePfn: `root://pisa//${LFN.slice(1)}`,
      destinationPfn: `root://eos//${LFN.slice(1)}`,
    });
  });

  it('needs write access at the destination and read access at the source, both from outside', async () => {
    await site('T2_IT_Pisa', [webdav('davs://pisa/cms', 'global-ro')]);
    await site('T2_CH_CERN', [webdav('davs://eos/cms', 'site-rw')]);
    const there = catalog.copyUrls('T2_IT_Pisa', LFN, 'T2_CH_CERN', LFN);
    await expect(there).rejects.toMatchObject(misconfigured('T2_CH_CERN', 'global-rw', LFN));
    const back = catalog.copyUrls('T2_CH_CERN', LFN, 'T2_IT_Pisa', LFN);
    await expect(back).rejects.toMatchObject(misconfigured('T2_CH_CERN', LFN));
  });

  it('names both sites where they share nothing', async () => {
    await site('T2_IT_Pisa', [webdav('davs://pisa/cms')]);
    await site('T2_CH_CERN', [xrootd('root://eos/')]);
    await expect(catalog.copyUrls('T2_IT_Pisa', LFN, 'T2_CH_CERN', LFN)).rejects.toMatchObject(
      misconfigured('T2_IT_Pisa', 'WebDAV davs', 'T2_CH_CERN', 'XRootD root', LFN),
    );
  });
});

describe('rules', () => {
  const door = (rules: object[], more: object[] = []) =>
    site('T2_IT_Pisa', [{ protocol: 'WebDAV', access: 'global-rw', rules }, ...more]).then(() =>
      catalog.doorUrl('T2_IT_Pisa', LFN),
    );

  it('the first that matches wins, groups fill the template', async () => {
    const rules = [
      { lfn: '^/store/group/(.*)', pfn: 'davs://pisa/groups/$1' },
      { lfn: '^/store/(user)/(.*)', pfn: 'davs://pisa/$2/of/$1/$3' },
      { lfn: '^/(.*)', pfn: 'davs://pisa/rest/$1' },
    ];
    expect(await door(rules)).toBe('davs://pisa/jdoe/out_1.root/of/user/$3');
  });

  it('a chain maps through another protocol first', async () => {
    const pnfs = { protocol: 'pnfs', access: 'site-ro', rules: [{ lfn: '^/store/(.*)', pfn: '/pnfs/cms/$1' }] };
    const rules = [{ lfn: '^/pnfs/(.*)', pfn: 'davs://pisa/$1', chain: 'pnfs' }];
    expect(await door(rules, [pnfs])).toBe('davs://pisa/cms/user/jdoe/out_1.root');
  });

  it('a chain that does not match makes the rule not match', async () => {
    const pnfs = { protocol: 'pnfs', access: 'site-ro', rules: [{ lfn: '^/other/(.*)', pfn: '/pnfs/$1' }] };
    const rules = [
      { lfn: '(.*)', pfn: 'davs://pisa$1', chain: 'pnfs' },
      { lfn: '(.*)', pfn: 'davs://pisa$1', chain: 'gone' },
      { lfn: '^/(.*)', pfn: 'davs://direct/$1' },
    ];
    expect(await door(rules, [pnfs])).toBe(`davs://direct${LFN}`);
  });

  it('a chain that goes round is refused', async () => {
    const pnfs = { protocol: 'pnfs', access: 'site-ro', rules: [{ lfn: '(.*)', pfn: '$1', chain: 'WebDAV' }] };
    const rules = [{ lfn: '(.*)', pfn: '$1', chain: 'pnfs' }];
    await expect(door(rules, [pnfs])).rejects.toMatchObject(misconfigured('T2_IT_Pisa', 'goes round', LFN));
  });

  it('a pattern that does not compile is refused', async () => {
    const rules = [{ lfn: '^/store/(?P<rest>.*)', pfn: '$1' }];
    await expect(door(rules)).rejects.toMatchObject(misconfigured('T2_IT_Pisa', 'WebDAV', 'regular expression', LFN));
  });

  it('an LFN over 500 characters is refused', async () => {
    await site('T2_IT_Pisa', [webdav('davs://pisa')]);
    const long = catalog.doorUrl('T2_IT_Pisa', `/${'x'.repeat(500)}`);
    await expect(long).rejects.toMatchObject(misconfigured('T2_IT_Pisa', '500'));
  });
});

describe('doorUrl', () => {
  it('is WebDAV, the writable one first', async () => {
    await site('T2_IT_Pisa', [xrootd('root://pisa/'), webdav('davs://ro', 'global-ro'), webdav('davs://rw')]);
    expect(await catalog.doorUrl('T2_IT_Pisa', LFN)).toBe(`davs://rw${LFN}`);
  });

  it('is another protocol where a site has no WebDAV, the writable one first', async () => {
    await site('T2_IT_Pisa', [{ ...xrootd('root://ro/'), access: 'global-ro' }, xrootd('root://rw/')]);
    expect(await catalog.doorUrl('T2_IT_Pisa', LFN)).toBe(`root://rw/${LFN}`);
  });
});

describe('sites and volumes', () => {
  it('an RSE is found under its site, a site name means its own disk', async () => {
    const tape = {
      site: 'T1_DE_KIT',
      volume: 'tape',
      protocols: [webdav('davs://tape')],
      type: 'TAPE',
      rse: 'T1_DE_KIT_Tape',
    };
    await site('T1_DE_KIT', [webdav('davs://disk')], { rse: 'T1_DE_KIT_Disk' }, [tape]);
    expect(await catalog.doorUrl('T1_DE_KIT_Tape', LFN)).toBe(`davs://tape${LFN}`);
    expect(await catalog.doorUrl('T1_DE_KIT_Disk', LFN)).toBe(`davs://disk${LFN}`);
    expect(await catalog.doorUrl('T1_DE_KIT_Temp', LFN)).toBe(`davs://disk${LFN}`);
    expect(await catalog.doorUrl('T1_DE_KIT', LFN)).toBe(`davs://disk${LFN}`);
    await expect(catalog.doorUrl('T1_DE_KIT_Gone', LFN)).rejects.toMatchObject(misconfigured('T1_DE_KIT_Gone'));
  });

  it.each(['T2_XX_Nowhere', '../T2_IT_Pisa', ''])('refuses the unknown site "%s"', async (name) => {
    await expect(catalog.doorUrl(name, LFN)).rejects.toMatchObject({ type: 'SiteMisconfigured', retryable: false });
  });

  it('a broken file stops only its site', async () => {
    await site('T2_CH_CERN', [webdav('davs://eos')]);
    await write('T2_IT_Pisa', '[{"site": "T2_IT_Pisa"');
    await expect(catalog.doorUrl('T2_IT_Pisa', LFN)).rejects.toMatchObject(misconfigured('T2_IT_Pisa', 'storage.json'));
    expect(await catalog.doorUrl('T2_CH_CERN', LFN)).toBe(`davs://eos${LFN}`);
  });

  it('a changed file is read again', async () => {
    await site('T2_IT_Pisa', [webdav('davs://old')]);
    expect(await catalog.doorUrl('T2_IT_Pisa', LFN)).toBe(`davs://old${LFN}`);
    await site('T2_IT_Pisa', [webdav('davs://new')]);
    await utimes(join(siteconf, 'T2_IT_Pisa', 'storage.json'), new Date(), new Date(Date.now() + 5000));
    // Looked at once a second.
    await expect.poll(() => catalog.doorUrl('T2_IT_Pisa', LFN), { timeout: 10_000 }).toBe(`davs://new${LFN}`);
  });

  it('tells the FTS servers that a site wants, without those that no credential may be sent to', async () => {
    const [cern, ral] = ['https://fts3-cms.cern.ch:8446', 'https://lcgfts3.gridpp.rl.ac.uk:8446'];
    await site('T2_IT_Pisa', [], { fts: [`${ral}/`, 'http://fts.example:8446', 'fts3', cern] });
    await site('T2_CH_CERN', []);
    expect(await catalog.ftsServers('T2_IT_Pisa')).toEqual([ral, cern]);
    expect(await catalog.ftsServers('T2_IT_Pisa')).toEqual([ral, cern]);
    expect(problems).toEqual([
      expect.stringMatching(/^T2_IT_Pisa: .*"http:\/\/fts.example:8446" is not an https:/),
      expect.stringMatching(/^T2_IT_Pisa: .*"fts3" is not an https:/),
    ]);
    expect(await catalog.ftsServers('T2_CH_CERN')).toEqual([]);
  });

  it('passes over FTS servers of hosts that no site may name', async () => {
    await site('T2_IT_Pisa', [], { fts: ['https://evil.example:8446', 'https://FTS3-cms.cern.ch:8446'] });
    const ftsHosts = new Set(['fts3-cms.cern.ch']);
    const careful = createSiteCatalog({ siteconf, ftsHosts, onProblem: (problem) => problems.push(problem) });
    expect(await careful.ftsServers('T2_IT_Pisa')).toEqual(['https://FTS3-cms.cern.ch:8446']);
    expect(problems).toEqual([expect.stringMatching(/^T2_IT_Pisa: .*evil.example.* at a host that may be named/)]);
  });
});
