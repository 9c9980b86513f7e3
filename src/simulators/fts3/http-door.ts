import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { CopyConnection } from './copy-connections.ts';
import { connectionError, httpError, StorageError } from './reasons.ts';
import type { StorageDoor } from './storage-door.ts';

/** Removing a partial file must not take longer than this, milliseconds. */
const CLEAN_UP_MS = 5_000;

interface DoorRequest extends Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'headers'> {
  headers?: Record<string, string>;
}

/** A file at an HTTP or WebDAV door. */
export class HttpDoor implements StorageDoor {
  readonly #origin: string;
  readonly #path: string;
  readonly #connection: CopyConnection;

  constructor(url: string, connection: CopyConnection) {
    const { origin, pathname, search } = new URL(url);
    this.#origin = origin;
    this.#path = pathname + search;
    this.#connection = connection;
  }

  async stat(signal: AbortSignal): Promise<{ size: number; adler32: string | null }> {
    // undici would close the connection after every HEAD, which over TLS costs a handshake each time.
    const answer = await this.#request({ method: 'HEAD', reset: false, headers: { 'want-digest': 'adler32' }, signal });
    await answer.body.dump();
    const digest = /adler32=([0-9a-f]+)/i.exec(String(answer.headers['digest'] ?? ''));
    return { size: Number(answer.headers['content-length'] ?? 0), adler32: digest?.[1] ?? null };
  }

  async read(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return (await this.#request({ method: 'GET', signal })).body;
  }

  async write(content: AsyncIterable<Uint8Array>, size: number, signal: AbortSignal): Promise<void> {
    const body = Readable.from(content, { objectMode: false });
    const answer = await this.#request({ method: 'PUT', headers: { 'content-length': `${size}` }, body, signal });
    await answer.body.dump();
  }

  async remove(): Promise<void> {
    const answer = await this.#request({ method: 'DELETE', signal: AbortSignal.timeout(CLEAN_UP_MS) });
    await answer.body.dump();
  }

  async #request({ headers, ...options }: DoorRequest): Promise<Dispatcher.ResponseData> {
    const { dispatcher, headers: credential } = this.#connection;
    try {
      const where = { origin: this.#origin, path: this.#path };
      const answer = await dispatcher.request({ ...options, ...where, headers: { ...headers, ...credential } });
      if (answer.statusCode < 300) return answer;
      await answer.body.dump();
      throw httpError(answer.statusCode);
    } catch (error) {
      throw error instanceof StorageError ? error : connectionError(error);
    }
  }
}
