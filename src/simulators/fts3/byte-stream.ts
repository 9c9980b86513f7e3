import { setTimeout as sleep } from 'node:timers/promises';
import { adler32 } from '../../domain/adler32.ts';

/** The bytes of one copy on their way: summed on both sides, slowed down, and falsified where a fault asks for it. */
export class ByteStream {
  /** Adler-32 of what came from the source. */
  readSum = 1;
  /** Adler-32 of what goes to the destination. */
  writtenSum = 1;
  bytes = 0;
  /** The source broke off. */
  sourceFailed = false;

  /**
   * Passes the source's chunks on so that the last one leaves after `durationMs`.
   *
   * @param size expected bytes
   * @throws what the source throws, AbortError
   */
  async *pass(
    source: AsyncIterable<Uint8Array>,
    size: number,
    durationMs: number,
    corrupt: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const startedAt = Date.now();
    const waitFor = async (share: number): Promise<void> => {
      const left = startedAt + durationMs * share - Date.now();
      if (left > 0) await sleep(left, undefined, { signal });
    };
    try {
      for await (const chunk of source) {
        const sent = corrupt && this.bytes === 0 ? falsified(chunk) : chunk;
        this.readSum = adler32(chunk, this.readSum);
        this.writtenSum = adler32(sent, this.writtenSum);
        // The first byte leaves at once: the upload has begun, however slow it is.
        const head = this.bytes === 0 && chunk.length > 1 ? 1 : 0;
        if (head > 0) yield sent.subarray(0, head);
        this.bytes += chunk.length;
        await waitFor(Math.min(1, this.bytes / size));
        yield sent.subarray(head);
      }
    } catch (error) {
      this.sourceFailed = !signal.aborted;
      throw error;
    }
    if (size === 0) await waitFor(1);
  }
}

function falsified(chunk: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(chunk);
  if (copy[0] !== undefined) copy[0] ^= 0xff;
  return copy;
}
