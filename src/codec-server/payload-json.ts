import type { Payload } from '@temporalio/common';

/** What Temporal's UI and CLI send and take: payloads in the JSON form of their protobuf message, bytes as base64. */
export interface PayloadsJson {
  payloads: { metadata: Record<string, string>; data: string }[];
}

/** A body that is not what the protocol says; the message names field and rule, and quotes nothing. */
export class BadBodyError extends Error {
  override name = 'BadBodyError';
}

/** Payloads asked for at a time: a page of history in the UI has fewer. */
const MAX_PAYLOADS = 10_000;

/** Reads the body of a request. @throws BadBodyError */
export function fromJson(body: unknown): Payload[] {
  const payloads = isObject(body) ? body['payloads'] : undefined;
  if (!Array.isArray(payloads)) throw new BadBodyError('payloads: must be a list of payloads');
  if (payloads.length > MAX_PAYLOADS) throw new BadBodyError(`payloads: must be at most ${MAX_PAYLOADS}`);
  return payloads.map((payload: unknown, at) => {
    const { metadata = {}, data = '' } = isObject(payload) ? payload : { metadata: null };
    if (!isObject(metadata)) throw new BadBodyError(`payloads[${at}].metadata: must be an object of base64 texts`);
    const entries = Object.entries(metadata).map(([name, text]) => [name, bytesOf(text, `payloads[${at}].metadata`)]);
    return {
      metadata: Object.fromEntries(entries) as Record<string, Uint8Array>,
      data: bytesOf(data, `payloads[${at}].data`),
    };
  });
}

/** The answer to a request. */
export const toJson = (payloads: Payload[]): PayloadsJson => ({
  payloads: payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)])),
    data: base64(data ?? new Uint8Array()),
  })),
});

function bytesOf(text: unknown, where: string): Uint8Array {
  if (typeof text !== 'string' || !/^[\w+/-]*={0,2}$/.test(text)) throw new BadBodyError(`${where}: must be base64`);
  return Buffer.from(text, 'base64');
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
