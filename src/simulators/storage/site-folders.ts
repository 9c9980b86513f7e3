import { realpathSync, statSync, type Stats } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Where a request's URL points: a site, the file's name there (LFN), and the place on disk. */
export interface StoragePlace {
  site: string;
  /** Starts with `/`; `/` alone is the site's own folder. */
  lfn: string;
  diskPath: string;
}

/** A path that is not served, with the HTTP status to answer. */
export class RefusedPath extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Bytes; what file systems take. */
const LONGEST_NAME = 255;

const SITE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** One folder per site under a root, and the only code that turns names from outside into paths on disk. */
export class SiteFolders {
  readonly root: string;
  readonly #sites: ReadonlySet<string> | null;

  /** Without `sites`, every well-formed site name is served. */
  constructor(root: string, sites?: readonly string[]) {
    this.root = root;
    this.#sites = sites ? new Set(sites) : null;
  }

  /**
   * The place a raw request target (`/SITE/store/…`, percent-encoded) names.
   * @throws RefusedPath 403 for `..`, control characters, or a link that leaves the root; 404 for an unknown site; 414; 400.
   */
  place(target: string): StoragePlace {
    const path = (target.split(/[?#]/, 1)[0] ?? '').replace(/^https?:\/\/[^/]*/, '');
    let decoded: string;
    try {
      decoded = decodeURIComponent(path);
    } catch {
      throw new RefusedPath(400, 'malformed percent encoding');
    }
    const [site = '', ...names] = decoded.split('/').filter((part) => part !== '' && part !== '.');
    if (site === '') throw new RefusedPath(404, 'no site in the path');
    const place = this.placeOf(site, `/${names.join('/')}`);
    this.#refuseLinksOut(place.diskPath);
    return place;
  }

  /** The place of an LFN at a site. @throws RefusedPath as for {@link place}. */
  placeOf(site: string, lfn: string): StoragePlace {
    const names = lfn.split('/').filter((part) => part !== '' && part !== '.');
    const isUnsafe = (name: string) => name === '..' || /[\x00-\x1f\x7f\\]/.test(name);
    if (isUnsafe(site) || names.some(isUnsafe)) throw new RefusedPath(403, 'path refused');
    if (!SITE_NAME.test(site) || (this.#sites && !this.#sites.has(site))) throw new RefusedPath(404, 'no such site');
    if (names.some((name) => Buffer.byteLength(name) > LONGEST_NAME)) throw new RefusedPath(414, 'name too long');
    return { site, lfn: `/${names.join('/')}`, diskPath: join(this.root, site, ...names) };
  }

  /** A file's bytes, or null where there is none. */
  async read(site: string, lfn: string): Promise<Buffer | null> {
    return unlessMissing(readFile(this.placeOf(site, lfn).diskPath));
  }

  /** LFNs of all files at a site, sorted. */
  async list(site: string): Promise<string[]> {
    const folder = this.placeOf(site, '/').diskPath;
    const entries = await unlessMissing(readdir(folder, { recursive: true, withFileTypes: true }));
    return (entries ?? [])
      .filter((entry) => entry.isFile())
      .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')}`)
      .sort();
  }

  #refuseLinksOut(diskPath: string): void {
    let existing = diskPath;
    while (existing !== this.root && !statOf(existing)) existing = dirname(existing);
    const root = realpathSync.native(this.root);
    const real = realpathSync.native(existing);
    if (real !== root && !real.startsWith(root + sep)) throw new RefusedPath(403, 'path refused');
  }
}

/**
 * What lies at a path; null where nothing does. At once and not by a promise, as all small looks at the disk here: the turn of another thread
 * takes ten times as long as the look itself.
 */
export function statOf(diskPath: string): Stats | null {
  try {
    return statSync(diskPath, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    // A file stands where a folder is asked for.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw error;
  }
}

/** The promise's value, or null when the file or folder is not there; other errors pass. */
export async function unlessMissing<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
