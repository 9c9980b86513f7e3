import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { SimulatorServer, type SimulatedAnswer, type SimulatedRequest, type SimulatorOptions } from '../http-server.ts';
import { StateFile } from '../state-file.ts';
import { Accounts, type AccountOptions } from './accounts.ts';
import { Checksums } from './checksums.ts';
import { serveWithHabits } from './habit-door.ts';
import type { SiteHabits } from './habits.ts';
import { RefusedPath, SiteFolders, unlessMissing, type StoragePlace } from './site-folders.ts';
import { SiteFaults, type SiteFault } from './site-faults.ts';
import { eventOf } from './storage-event.ts';
import { storeWhole } from './upload.ts';
import { serveWebdav } from './webdav-methods.ts';

export interface StorageSimulatorOptions extends SimulatorOptions, AccountOptions {
  /** Folder that holds one folder per site; made if absent. */
  root: string;
  /** Sites to serve, their folders are made; without it, any. */
  sites?: readonly string[];
  siteFaults?: readonly SiteFault[];
  /** Sites that answer as a kind of storage does; the others are plain WebDAV doors. */
  habits?: Readonly<Record<string, SiteHabits>>;
  /** SQLite file to which every {@link StorageEvent} is written before it is answered. Files themselves always stay. */
  stateFile?: string;
}

/** A DELETE that a door let through. */
export interface StorageDeletion {
  /** Epoch ms. */
  readonly at: number;
  readonly site: string;
  readonly lfn: string;
  /** Null over plain HTTP, where nobody is asked. */
  readonly user: string | null;
  /** HTTP status. */
  readonly status: number;
}

/** A WebDAV door onto a folder per site: `<url>/<SITE>/store/…` is `<root>/<SITE>/store/…` on disk. */
export interface StorageSimulator {
  /** `http://host:port` or `https://host:port`, without a slash at its end. */
  url: string;
  server: SimulatorServer;
  root: string;
  /** Faults per site; may be set and cleared at any time. */
  siteFaults: SiteFaults;
  /** URL of an LFN at a site. */
  urlOf(site: string, lfn: string): string;
  /** Stores a file directly; tells its size in bytes and Adler-32. */
  writeFile(site: string, lfn: string, content: Uint8Array | string): Promise<{ size: number; adler32: string }>;
  /** A file's bytes, or null where there is none. */
  readFile(site: string, lfn: string): Promise<Buffer | null>;
  /** LFNs of all files at a site, sorted. */
  listFiles(site: string): Promise<string[]>;
  /** Every DELETE let through, in order. */
  deletions(): readonly StorageDeletion[];
  /** Adler-32 of a file as 8 hex digits, or null where there is none. */
  adler32Of(site: string, lfn: string): Promise<string | null>;
  /** Stops at once; the files stay. */
  close(): Promise<void>;
}

/** Starts a storage simulator on loopback. @throws when the port is taken or the root cannot be made. */
export async function startStorageSimulator(options: StorageSimulatorOptions): Promise<StorageSimulator> {
  const root = resolve(options.root);
  const state = options.stateFile === undefined ? null : new StateFile(options.stateFile);
  const folders = new SiteFolders(root, options.sites);
  const checksums = new Checksums();
  const accounts = new Accounts(options);
  const deletions: StorageDeletion[] = [];
  const siteFaults = new SiteFaults(options.siteFaults);
  await mkdir(root, { recursive: true });
  for (const site of options.sites ?? []) await mkdir(folders.placeOf(site, '/').diskPath, { recursive: true });

  let dataServer: SimulatorServer | null = null;
  const letThrough = (request: SimulatedRequest, place: StoragePlace, isDoor: boolean): Promise<SimulatedAnswer> => {
    const habits = options.habits?.[place.site];
    if (!habits) return serveWebdav({ folders, checksums }, request, place);
    const entrance = { dataServer: isDoor && dataServer ? dataServer.url : null };
    return serveWithHabits({ folders, checksums }, habits, entrance, request, place);
  };
  const serve =
    (isDoor: boolean) =>
    async (request: SimulatedRequest): Promise<SimulatedAnswer> => {
      try {
        // The raw target: the server's own URL parsing would already have resolved the `..` that must be refused.
        const place = folders.place(request.stream.url ?? '/');
        const user = accounts.userOf(request);
        accounts.demand(user, place.lfn);
        const fault = siteFaults.next(request.method, place.site, place.lfn);
        if (fault === 'full') return { status: 507, body: 'Insufficient Storage: no space left on device\n' };
        if (fault === 'refused') return { status: 403, body: 'Permission denied\n' };
        if (fault === 'down') return dropConnection();
        if (fault === 'silent') return await neverAnswer(request);
        const answer = await letThrough(request, place, isDoor);
        const { site, lfn } = place;
        const event = state && eventOf(request, place, answer);
        if (event) state.append('event', event);
        if (request.method === 'DELETE') deletions.push({ at: Date.now(), site, lfn, user, status: answer.status });
        return answer;
      } catch (error) {
        if (error instanceof RefusedPath) return { status: error.status, body: `${error.message}\n` };
        throw error;
      }
    };

  const server = await SimulatorServer.start(serve(true), options);
  if (options.habits) dataServer = await SimulatorServer.start(serve(false), { ...options, port: 0 });
  return {
    url: server.url,
    server,
    root,
    siteFaults,
    urlOf: (site, lfn) => `${server.url}/${site}${lfn.split('/').map(encodeURIComponent).join('/')}`,
    writeFile: (site, lfn, content) =>
      storeWhole(root, folders.placeOf(site, lfn).diskPath, Readable.from([Buffer.from(content)]), checksums),
    readFile: (site, lfn) => folders.read(site, lfn),
    listFiles: (site) => folders.list(site),
    deletions: () => deletions,
    adler32Of: (site, lfn) => unlessMissing(checksums.of(folders.placeOf(site, lfn).diskPath)),
    close: async () => {
      await Promise.all([server.close(), dataServer?.close()]);
      state?.close();
    },
  };
}

/** The server closes the connection of a handler that throws. */
function dropConnection(): never {
  throw new Error('connection dropped by a site fault');
}

/** Takes the body and waits until the client gives up or the simulator closes. */
async function neverAnswer(request: SimulatedRequest): Promise<never> {
  request.stream.resume();
  const { socket } = request.stream;
  await new Promise<void>((settle) => (socket.destroyed ? settle() : socket.once('close', () => settle())));
  return dropConnection();
}
