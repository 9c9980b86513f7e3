import { SimulatorServer, type SimulatedAnswer, type SimulatedRequest, type SimulatorOptions } from '../http-server.ts';
import { digestHeaders } from './digest-headers.ts';

/** What is known of a file that has no bytes. */
export interface ListedFile {
  /** Bytes. */
  size: number;
  /** 8 hex digits. */
  adler32: string;
}

/** Sites whose files exist by name, size and sum only: hundreds of thousands of them cost neither disk nor much memory. */
export class FileList {
  /** By `/SITE/store/…`. */
  readonly #files = new Map<string, ListedFile>();
  /** Files removed by requests, so far. */
  removed = 0;
  /** Is told of each of these. */
  onRemoved: ((path: string) => void) | null = null;

  get size(): number {
    return this.#files.size;
  }

  put(site: string, lfn: string, file: ListedFile): void {
    this.#files.set(`/${site}${lfn}`, file);
  }

  get(site: string, lfn: string): ListedFile | null {
    return this.at(`/${site}${lfn}`);
  }

  /** @param path `/SITE/store/…` */
  at(path: string): ListedFile | null {
    return this.#files.get(path) ?? null;
  }

  /** A file lies at a second place, too. False where there is none at the first. */
  copy(from: string, to: string): boolean {
    const file = this.#files.get(from);
    if (file) this.#files.set(to, file);
    return file !== undefined;
  }

  /** False where there was none. */
  remove(path: string): boolean {
    return this.#files.delete(path);
  }
}

/** A WebDAV door onto a list of files: looks (HEAD) and removals (DELETE); there is nothing to read or to write. */
export interface ListedStorage {
  /** `http://host:port`, without a slash at its end. */
  url: string;
  server: SimulatorServer;
  files: FileList;
  close(): Promise<void>;
}

/** Starts such a storage on loopback. @throws when the port is taken */
export async function startListedStorage(options: SimulatorOptions = {}): Promise<ListedStorage> {
  const files = new FileList();
  const server = await SimulatorServer.start((request) => serve(files, request), options);
  return { url: server.url, server, files, close: () => server.close() };
}

async function serve(files: FileList, { method, path: target, headers }: SimulatedRequest): Promise<SimulatedAnswer> {
  const path = target.includes('%') ? decodeURIComponent(target) : target;
  if (method === 'DELETE') {
    if (!files.remove(path)) return { status: 404 };
    files.removed += 1;
    files.onRemoved?.(path);
    return { status: 204 };
  }
  if (method !== 'HEAD') return { status: 405, headers: { allow: 'HEAD, DELETE' } };
  const file = files.at(path);
  if (!file) return { status: 404 };
  const sums = await digestHeaders(headers, () => Promise.resolve(file.adler32));
  return { status: 200, headers: { 'content-length': String(file.size), ...sums } };
}
