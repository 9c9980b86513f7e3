import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { createCompressionCodec } from './compression-codec.ts';
import { createEncryptionCodec } from './encryption-codec.ts';
import { readKeyRing, type KeyRing } from './key-ring.ts';

/** The module that writes messages and stacks of failures as payloads. */
export const ENCODED_FAILURES = fileURLToPath(
  new URL(`./encoded-failures${import.meta.url.slice(-3)}`, import.meta.url),
);

/** How payloads are written where none is encrypted. */
export const dataConverter: DataConverter = { payloadCodecs: [createCompressionCodec()] };

/** How clients and workers of this project write payloads, compressed and then encrypted where there are keys: all must use the same. */
export const createDataConverter = (keys: KeyRing | null): DataConverter =>
  keys === null
    ? dataConverter
    : {
        payloadCodecs: [createCompressionCodec(), createEncryptionCodec(keys)],
        failureConverterPath: ENCODED_FAILURES,
      };

/**
 * The same as configured.
 * @throws ConfigError where the keys cannot be read
 */
export const configuredDataConverter = ({ payloadKeys }: { payloadKeys: string | null }): DataConverter =>
  createDataConverter(payloadKeys === null ? null : readKeyRing(payloadKeys));
