import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import { shortText } from '../short-text.ts';
import { storageJsonSchema, volumeOf, type Volume } from './storage-json.ts';

/** A site's volume, by RSE or site name. @throws PortError `SiteMisconfigured` naming it */
export type Siteconf = (name: string) => Promise<Volume>;

interface Loaded {
  stamp: string;
  volumes: Volume[];
}

/** A site's file is looked at once in so long, milliseconds, however many of its LFNs are mapped meanwhile. */
const LOOK_EVERY_MS = 1_000;

/**
 * storage.json of all sites in a directory, `<dir>/<site>/storage.json`, each read when first asked for and again when it
 * has changed. An RSE's name may go on after the site's (`T1_DE_KIT_Disk`).
 */
export function createSiteconf(dir: string): Siteconf {
  const files = new Map<string, Loaded>();
  const looks = new Map<string, { at: number; volumes: Promise<Volume[] | null> }>();

  function volumesOf(site: string): Promise<Volume[] | null> {
    const now = performance.now();
    const last = looks.get(site);
    if (last && now - last.at < LOOK_EVERY_MS) return last.volumes;
    const volumes = load(site);
    looks.set(site, { at: now, volumes });
    // What is not there, or could not be read, is not kept: whoever asks next looks anew.
    const forget = (): boolean => looks.delete(site);
    volumes.then((found) => found ?? forget(), forget);
    return volumes;
  }

  async function load(site: string): Promise<Volume[] | null> {
    const path = join(dir, site, 'storage.json');
    const stats = await stat(path).catch((error: unknown) => absent(error, site));
    if (!stats) return null;
    const stamp = `${stats.mtimeMs}/${stats.size}/${stats.ino}`;
    const known = files.get(site);
    if (known?.stamp === stamp) return known.volumes;
    const text = await readFile(path, 'utf8').catch((error: unknown) => absent(error, site));
    if (text === null) return null;
    const volumes = parse(site, text);
    files.set(site, { stamp, volumes });
    return volumes;
  }

  return async (name) => {
    if (!/^\w+$/.test(name)) throw misconfigured(`${shortText(name, 100)}: not a site name`);
    const site = name.replace(/_[^_]+$/, '');
    const volumes = (await volumesOf(name)) ?? (await volumesOf(site));
    if (!volumes) throw misconfigured(`${name}: there is no storage.json`);
    // A site's temporary area lies on its own volume; any other name must be there.
    const volume = volumeOf(volumes, name) ?? (name === `${site}_Temp` ? volumeOf(volumes, site) : null);
    if (!volume) throw misconfigured(`${name}: storage.json has no volume of this name`);
    return volume;
  };
}

/** Waits for the site's people: not retryable, tried again when the file has changed. */
export const misconfigured = (message: string): PortError =>
  new PortError(FAILURE_TYPES.siteMisconfigured, shortText(message), { retryable: false });

function parse(site: string, text: string): Volume[] {
  try {
    return storageJsonSchema.parse(JSON.parse(text));
  } catch (error) {
    throw misconfigured(`${site}: storage.json: ${String(error)}`);
  }
}

function absent(error: unknown, site: string): null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  // CVMFS had a moment; the site's configuration is not at fault.
  throw new PortError(FAILURE_TYPES.siteMisconfigured, `${site}: storage.json cannot be read: ${code}`, {
    cause: error,
    retryable: true,
  });
}
