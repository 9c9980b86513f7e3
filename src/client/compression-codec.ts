import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { COMPRESS_FROM_BYTES } from '../contract/limits.ts';
import { encodingOf } from './payload-encoding.ts';

/** A CommonJS module, whose names Node does not see one by one. */
const Payloads = proto.temporal.api.common.v1.Payload;

const ENCODING = 'binary/gzip';

/** What the payloads of one call may come to: many times the 2 MiB of a payload, and little enough for any of our processes. */
const MAX_INFLATED_BYTES = 256 * 1024 * 1024;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A compressed payload that is broken, or would take more memory than it may. */
export class CompressedPayloadError extends Error {
  override name = 'CompressedPayloadError';
}

/**
 * Compresses large payloads whole, metadata included; passes small ones, and those of callers who do not compress, through.
 * @param maxInflatedBytes what the payloads of one call may come to; beyond, decoding throws a `CompressedPayloadError`
 */
export function createCompressionCodec(maxInflatedBytes = MAX_INFLATED_BYTES): PayloadCodec {
  return {
    encode: (payloads) =>
      Promise.all(
        payloads.map(async (payload) => {
          if ((payload.data?.length ?? 0) < COMPRESS_FROM_BYTES) return payload;
          const whole = Payloads.encode(payload).finish();
          // Level 1: three quarters of the gain for a quarter of the time.
          const data = await compress(whole, { level: 1 });
          return { metadata: { encoding: new TextEncoder().encode(ENCODING) }, data };
        }),
      ),
    async decode(payloads) {
      const decoded: Payload[] = [];
      let left = maxInflatedBytes;
      // One after the other: each may take what the others have left.
      for (const payload of payloads) {
        if (encodingOf(payload) !== ENCODING) decoded.push(payload);
        else {
          const whole = await inflate(payload.data ?? new Uint8Array(), left, maxInflatedBytes);
          left -= whole.length;
          decoded.push(payloadIn(whole));
        }
      }
      return decoded;
    },
  };
}

async function inflate(data: Uint8Array, left: number, max: number): Promise<Buffer> {
  try {
    return await decompress(data, { maxOutputLength: Math.max(1, left) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new CompressedPayloadError(`compressed payloads come to more than ${max} bytes`, { cause: error });
    throw new CompressedPayloadError('a compressed payload is broken', { cause: error });
  }
}

function payloadIn(whole: Uint8Array): Payload {
  try {
    return Payloads.decode(whole);
  } catch (error) {
    throw new CompressedPayloadError('what was compressed is no payload', { cause: error });
  }
}
