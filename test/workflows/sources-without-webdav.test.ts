import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeGfal, type FakeGfal } from '../support/fake-gfal.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const OLD_SITE = 'T2_US_MIT';

let world: World;
let gfal: FakeGfal;
let credentials: string;
beforeAll(async () => {
  // FTS copies between sites that speak XRootD; the simulator's copies go by HTTP all the same.
  world = await startWorld({ resolveUrl: (pfn) => pfn.replace(/^root:\/\/[^/]+\//, `${world.storage.url}/`) });
  gfal = await createFakeGfal({ 'xrootd.example': join(world.storage.root) });
  credentials = join(world.storage.root, '..', 'credentials');
  await mkdir(join(credentials, 'alice'), { recursive: true, mode: 0o700 });
  await writeFile(join(credentials, 'alice', 'token'), 'opaque-token\n', { mode: 0o600 });
  for (const site of [OLD_SITE, 'T2_CH_CERN']) await speakXrootd(site, site === OLD_SITE);
});
afterAll(async () => {
  await world.close();
  await gfal.remove();
});

/** The site's storage.json offers XRootD, alone or beside WebDAV. */
async function speakXrootd(site: string, only: boolean): Promise<void> {
  const path = join(world.siteconf, site, 'storage.json');
  const [volume] = JSON.parse(await readFile(path, 'utf8')) as [{ protocols: object[] }];
  const xrootd = { protocol: 'XRootD', access: 'global-rw', prefix: `root://xrootd.example/${site}` };
  volume.protocols = only ? [xrootd] : [...volume.protocols, xrootd];
  await writeFile(path, JSON.stringify([volume]));
}

async function withRig<T>(gfalRm: string, use: (rig: Rig) => Promise<T>): Promise<T> {
  const rig = await startRig(world, { settings: { ASO_CREDENTIALS: credentials, ASO_GFAL_RM: gfalRm } });
  try {
    return await use(rig);
  } finally {
    await rig.close();
  }
}

test('are removed by gfal-rm as their owner, once the destination is seen by WebDAV', async () => {
  await withRig(join(gfal.bin, 'gfal-rm'), async (rig) => {
    const work = new TestTask(world, rig);
    const report = await work.job({ source: OLD_SITE, publish: false });
    await work.add(report);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(work.copies()[0]?.source).toMatch(/^root:/);
    expect(await work.arrived(theFile(report))).not.toBeNull();
    expect(await work.atSource(theFile(report))).toBeNull();
    const removals = (await gfal.calls()).filter(({ args }) => args[0] === 'gfal-rm');
    expect(removals).toMatchObject([{ credential: expect.stringContaining('opaque-token') as string }]);
  });
});

test('are reported as uncleaned where gfal-rm is not installed, and nothing waits for them', async () => {
  await withRig(join(gfal.bin, 'nowhere', 'gfal-rm'), async (rig) => {
    const work = new TestTask(world, rig);
    const report = await work.job({ source: OLD_SITE, publish: false });
    await work.add(report);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(await work.atSource(theFile(report))).not.toBeNull();
    const [file] = await work.files();
    expect(file?.detail?.kept).toMatchObject({
      why: 'uncleaned',
      reason: 'no way to see or delete root files: gfal-stat is not installed',
    });
  });
});

test('a destination that cannot be seen is taken on trust, and the source is kept', async () => {
  await withRig(join(gfal.bin, 'nowhere', 'gfal-rm'), async (rig) => {
    const work = new TestTask(world, rig);
    const report = await work.job({ source: 'T2_CH_CERN', destination: OLD_SITE, publish: false });
    await work.add(report);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(await work.atSource(theFile(report))).not.toBeNull();
    const [file] = await work.files();
    expect(file?.detail?.kept).toMatchObject({
      why: 'uncleaned',
      reason: expect.stringMatching(/no way to see/) as string,
    });
  });
});
