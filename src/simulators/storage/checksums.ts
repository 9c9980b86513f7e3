import { createReadStream, readFileSync, statSync, type BigIntStats } from 'node:fs';
import { adler32, adler32Hex } from '../../domain/adler32.ts';

const MOST_REMEMBERED = 100_000;
/** Bytes read at a time. */
const CHUNK = 1 << 20;

/** Adler-32 of files on disk, remembered as long as a file's inode, size and modification time stay the same. */
export class Checksums {
  readonly #known = new Map<string, { signature: string; sum: Promise<string> }>();

  /** 8 hex digits; reads the file only when it is not known. @throws ENOENT and other errors of the file system. */
  async of(diskPath: string): Promise<string> {
    const stats = statSync(diskPath, { bigint: true });
    const signature = signatureIn(stats);
    const known = this.#known.get(diskPath);
    if (known?.signature === signature) return known.sum;
    const sum = sumOfFile(diskPath, stats.size);
    this.#remember(diskPath, signature, sum);
    // A file that could not be read is read again next time.
    sum.catch(() => this.#known.delete(diskPath));
    return sum;
  }

  /** The file was summed before, as it is or as it was. */
  isKnown(diskPath: string): boolean {
    return this.#known.has(diskPath);
  }

  /** Notes the sum of a file that was summed while it was written; the signature is taken before others may replace it. */
  learn(diskPath: string, signature: string, sum: string): void {
    this.#remember(diskPath, signature, Promise.resolve(sum));
  }

  #remember(diskPath: string, signature: string, sum: Promise<string>): void {
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(diskPath, { signature, sum });
  }
}

/** What a file keeps through a rename and loses when its content changes. */
export const signatureOf = (diskPath: string): string => signatureIn(statSync(diskPath, { bigint: true }));

/** The inode too: a file replaced within one tick of the clock by one of the same size is another file. */
const signatureIn = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino} ${size} ${mtimeNs}`;

async function sumOfFile(diskPath: string, size: bigint): Promise<string> {
  // A stream takes a whole chunk of memory for the smallest file, and a thread's turn for each step.
  if (size <= CHUNK) return adler32Hex(adler32(readFileSync(diskPath)));
  let sum = 1;
  for await (const chunk of createReadStream(diskPath, { highWaterMark: CHUNK })) sum = adler32(chunk as Buffer, sum);
  return adler32Hex(sum);
}
