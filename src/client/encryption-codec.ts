import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { KeyRing } from './key-ring.ts';
import { encodingOf, textOf } from './payload-encoding.ts';

/** A CommonJS module, whose names Node does not see one by one. */
const Payloads = proto.temporal.api.common.v1.Payload;

/** As Temporal's own samples name it. */
const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: 96 bits, random; a key is good for 2^32 payloads. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** An encrypted payload that cannot be read here; the message names the key's id, never a key or content. */
export class PayloadKeyError extends Error {
  override name = 'PayloadKeyError';
}

/**
 * Encrypts payloads whole, metadata included, with AES-256-GCM: nonce, ciphertext, tag; the key's id stands in the metadata and is
 * authenticated. What is not encrypted passes through: it was written before there was a key.
 */
export function createEncryptionCodec(ring: KeyRing): PayloadCodec {
  return {
    encode: (payloads) => Promise.resolve().then(() => payloads.map((payload) => encrypt(ring, payload))),
    decode: (payloads) => Promise.resolve().then(() => payloads.map((payload) => decrypt(ring, payload))),
  };
}

function encrypt({ current, keys }: KeyRing, payload: Payload): Payload {
  const key = keys.get(current);
  if (!key) throw new PayloadKeyError(`there is no key ${current}`);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(current));
  const sealed = [cipher.update(Payloads.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(current) },
    data: Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]),
  };
}

function decrypt({ keys }: KeyRing, payload: Payload): Payload {
  if (encodingOf(payload) !== ENCODING) return payload;
  const id = textOf(payload.metadata?.['encryption-key-id']);
  const key = keys.get(id);
  const name = JSON.stringify(id.slice(0, 64));
  if (!key)
    throw new PayloadKeyError(
      `a payload is encrypted with key ${name}, which the file of payloadKeys does not have (it has ${[...keys.keys()].join(', ')})`,
    );
  const data = payload.data ?? new Uint8Array();
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    const whole = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return Payloads.decode(whole);
  } catch {
    // OpenSSL says nothing that helps, and nothing of the content is to get into a log.
    throw new PayloadKeyError(`a payload does not open with key ${name}: it was changed, or another key had this id`);
  }
}
