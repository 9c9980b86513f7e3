import { setTimeout as sleep } from 'node:timers/promises';
import { ERRNO, errnoText, StorageError } from './reasons.ts';
import type { StorageDoor } from './storage-door.ts';

/**
 * A file of the `mock://` storage that real FTS servers are tested with: its URL tells what happens. A source has
 * `size` and `checksum`, a destination `size_post`, `checksum` and `time` (seconds its copy takes); `size_pre` makes a
 * destination exist before; `errno` makes the first look fail.
 */
export class MockDoor implements StorageDoor {
  readonly #settings: URLSearchParams;
  #written = false;

  constructor(url: string) {
    this.#settings = new URL(url).searchParams;
  }

  stat(): Promise<{ size: number; adler32: string | null }> {
    const errno = Number(this.#settings.get('errno') ?? 0);
    if (errno) return Promise.reject(new StorageError(errno, errnoText(errno)));
    const size = this.#settings.get('size') ?? this.#settings.get(this.#written ? 'size_post' : 'size_pre');
    if (size === null && !this.#written) {
      return Promise.reject(new StorageError(ERRNO.ENOENT, errnoText(ERRNO.ENOENT)));
    }
    return Promise.resolve({ size: Number(size), adler32: this.#settings.get('checksum') });
  }

  async read(): Promise<AsyncIterable<Uint8Array>> {
    const { size } = await this.stat();
    return zeros(size);
  }

  async write(content: AsyncIterable<Uint8Array>, _size: number, signal: AbortSignal): Promise<void> {
    for await (const chunk of content) void chunk;
    await sleep(Number(this.#settings.get('time') ?? 0) * 1000, undefined, { signal });
    this.#written = true;
  }

  remove(): Promise<void> {
    this.#written = false;
    return Promise.resolve();
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- the door's interface is asynchronous
async function* zeros(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536));
}
