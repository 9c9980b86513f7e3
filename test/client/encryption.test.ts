import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { createDataConverter } from '../../src/client/data-converter.ts';
import { readKeyRing } from '../../src/client/key-ring.ts';
import { keyLines, privateFile } from '../support/payload-keys.ts';

const codecsOf = (lines: readonly string[]): PayloadCodec[] =>
  createDataConverter(readKeyRing(privateFile(lines))).payloadCodecs ?? [];

async function encode(lines: readonly string[], value: unknown): Promise<Payload> {
  let payloads = [defaultPayloadConverter.toPayload(value)];
  for (const codec of codecsOf(lines)) payloads = await codec.encode(payloads);
  return payloads[0] as Payload;
}

async function decode(lines: readonly string[], payload: Payload): Promise<unknown> {
  let payloads = [payload];
  for (const codec of codecsOf(lines).toReversed()) payloads = await codec.decode(payloads);
  return defaultPayloadConverter.fromPayload(payloads[0] as Payload);
}

const [first, second] = keyLines('2026a', '2026b') as [string, string];
const SECRET = { lfn: '/store/user/alice/secret.root' };

test('what is encrypted shows nothing but the id of its key, and is read again', async () => {
  const payload = await encode([first], SECRET);
  expect(Buffer.from(payload.data ?? []).includes('alice')).toBe(false);
  const metadata = Object.entries(payload.metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
  expect(Object.fromEntries(metadata)).toEqual({ encoding: 'binary/encrypted', 'encryption-key-id': '2026a' });
  expect(await decode([first], payload)).toEqual(SECRET);
  expect((await encode([first], SECRET)).data).not.toEqual(payload.data);
});

test('large payloads are compressed before: encrypted ones would not become smaller', async () => {
  const large = { text: 'x'.repeat(200_000) };
  const payload = await encode([first], large);
  expect(payload.data?.length).toBeLessThan(10_000);
  expect(await decode([first], payload)).toEqual(large);
});

test('after a change of keys the new one encrypts, and what the old one encrypted is still read', async () => {
  const old = await encode([first], SECRET);
  const fresh = await encode([second, first], SECRET);
  expect(Buffer.from(fresh.metadata?.['encryption-key-id'] ?? []).toString()).toBe('2026b');
  expect(await decode([second, first], old)).toEqual(SECRET);
  // A process that has not been told to encrypt with it yet can read it.
  expect(await decode([first, second], fresh)).toEqual(SECRET);
});

test('what was written before there was a key is read', async () => {
  expect(await decode([first], defaultPayloadConverter.toPayload(SECRET))).toEqual(SECRET);
});

describe('what cannot be read is an error that says why and gives nothing away', () => {
  test('a key that is not in the ring', async () => {
    await expect(decode([second], await encode([first], SECRET))).rejects.toThrow(
      /encrypted with key "2026a", which the file of payloadKeys does not have \(it has 2026b\)/,
    );
  });

  test('another key of the same id', async () => {
    const error = await decode(keyLines('2026a'), await encode([first], SECRET)).catch((caught: Error) => caught);
    expect(error).toMatchObject({ name: 'PayloadKeyError', message: expect.stringMatching(/does not open with key "2026a"/) as string }); // prettier-ignore
    expect((error as Error).cause).toBeUndefined();
  });

  test.each([0, 12, -1])('a byte that was changed, at %i', async (at) => {
    const payload = await encode([first], SECRET);
    const data = Buffer.from(payload.data ?? []);
    data[(at + data.length) % data.length]! ^= 1;
    await expect(decode([first], { ...payload, data })).rejects.toThrow(/does not open/);
  });

  test('a payload that was cut short', async () => {
    const payload = await encode([first], SECRET);
    for (const length of [0, 5, 20])
      await expect(decode([first], { ...payload, data: payload.data!.subarray(0, length) })).rejects.toThrow(/does not open/); // prettier-ignore
  });
});

describe('a key ring that is not one is refused, and no key is quoted', () => {
  const [, key = ''] = first.split(' ');
  test.each([
    ['no key', ['# none'], /has no key/],
    ['a short key', ['a c2hvcnQ='], /line 1: behind the id stands the base64 of 32 bytes/],
    ['the same id twice', [first, first], /line 2: there is a key 2026a already/],
    ['a strange id', [`a/b ${key}`], /line 1: an id is at most 64/],
    ['a word too many', [`${first} ${key}`], /line 1: behind the id/],
  ])('%s', (_, lines, message) => {
    const read = (): unknown => readKeyRing(privateFile(lines));
    expect(read).toThrow(message);
    expect(read).not.toThrow(key);
  });

  test('one that others may read', () => {
    expect(() => readKeyRing(privateFile([first], 0o640))).toThrow(/may be used by its owner only/);
  });

  test('one that is not there', () => {
    expect(() => readKeyRing('/nowhere/keys')).toThrow(/payloadKeys: \/nowhere\/keys cannot be read: ENOENT/);
  });
});
