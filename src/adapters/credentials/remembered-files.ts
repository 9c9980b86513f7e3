import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { BadCredential } from './bad-credential.ts';

/** A proxy of proxies with VOMS attributes is some 20 KiB. */
const MAX_KIB = 256;

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

  /**
   * The value of a file as it is now; null where there is none.
   * @throws BadCredential what is no file or far too large; the operating system's error
   */
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
      if (!stats.isFile()) throw new BadCredential('it is no file');
      if (stats.size > MAX_KIB * 1024) throw new BadCredential(`it is larger than ${MAX_KIB} KiB`);
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
    // Without waiting: a pipe would keep its thread, and four of them all that works with files, until somebody writes.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
