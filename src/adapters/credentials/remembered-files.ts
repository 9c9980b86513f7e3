import type { BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

interface Remembered<Value> {
  version: string;
  value: Value;
}

/** Reads files and remembers what became of them, until they change. */
export class RememberedFiles<Value> {
  readonly #read: (text: string, stats: BigIntStats) => Value;
  readonly #files = new Map<string, Remembered<Value>>();

  /** @param read makes a value of a file's text; what it throws is not remembered */
  constructor(read: (text: string, stats: BigIntStats) => Value) {
    this.#read = read;
  }

  /** The value of a file as it is now; null where there is none. @throws the operating system's error */
  async get(path: string): Promise<Value | null> {
    const file = await openIfThere(path);
    if (!file) {
      this.#files.delete(path);
      return null;
    }
    try {
      const stats = await file.stat({ bigint: true });
      const remembered = this.#files.get(path);
      if (remembered?.version === versionOf(stats)) return remembered.value;
      const value = this.#read(await file.readFile('utf8'), stats);
      // Written to while it was read: what was read counts once only.
      const version = versionOf(await file.stat({ bigint: true }));
      if (version === versionOf(stats)) this.#files.set(path, { version, value });
      else this.#files.delete(path);
      return value;
    } finally {
      await file.close();
    }
  }
}

/** Mode included: a file whose permissions were put right is read again. */
const versionOf = ({ dev, ino, size, mtimeNs, mode }: BigIntStats): string => [dev, ino, size, mtimeNs, mode].join();

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
