import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes `<dir>/<SITE>/storage.json` for each site, as CVMFS serves it under SITECONF: one volume with a WebDAV
 * protocol, whose prefix is the site's door at a storage simulator: `davs:` where it speaks TLS.
 *
 * @param url the storage simulator's URL, without a slash at its end
 */
export async function writeStorageJson(dir: string, sites: readonly string[], url: string): Promise<void> {
  for (const site of sites) {
    const volume = {
      site,
      volume: `${site}_Disk`,
      protocols: [{ protocol: 'WebDAV', access: 'global-rw', prefix: `${url.replace(/^https:/, 'davs:')}/${site}` }],
      type: 'DISK',
      rse: site,
      fts: [],
    };
    await mkdir(join(dir, site), { recursive: true });
    await writeFile(join(dir, site, 'storage.json'), `${JSON.stringify([volume], null, 2)}\n`);
  }
}
