import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { adler32, adler32Hex } from '../../domain/adler32.ts';
import { signatureOf, type Checksums } from './checksums.ts';

/**
 * Stores a stream as a file, all or nothing: it is written aside and renamed when it is complete, folders are made.
 * Tells its size in bytes and Adler-32.
 *
 * @throws the stream's error when it breaks (nothing is left behind), and errors of the file system
 */
export async function storeWhole(
  root: string,
  diskPath: string,
  content: Readable,
  checksums: Checksums,
): Promise<{ size: number; adler32: string }> {
  // No site can be named so: an upload under way is never seen through the door.
  const uploads = join(root, '.uploads');
  const temporary = join(uploads, randomUUID());
  await mkdir(uploads, { recursive: true });
  let sum = 1;
  let size = 0;
  try {
    await pipeline(
      content,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          sum = adler32(chunk, sum);
          size += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(temporary),
    );
    const signature = signatureOf(temporary);
    await mkdir(dirname(diskPath), { recursive: true });
    await rename(temporary, diskPath);
    checksums.learn(diskPath, signature, adler32Hex(sum));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { size, adler32: adler32Hex(sum) };
}
