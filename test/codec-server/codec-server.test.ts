import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCompressionCodec } from '../../src/client/compression-codec.ts';
import { createDataConverter } from '../../src/client/data-converter.ts';
import { readKeyRing } from '../../src/client/key-ring.ts';
import { fromJson, toJson, type PayloadsJson } from '../../src/codec-server/payload-json.ts';
import { serveCodec } from '../../src/codec-server/serve.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { Listening } from '../../src/web/listen.ts';
import { keyLines, privateFile } from '../support/payload-keys.ts';

const TOKEN = 'a-token-that-nobody-guesses-0123456789';
const UI = 'https://temporal.example.org';
const keys = privateFile(keyLines('k1'));
const log: unknown[] = [];

let server: Listening;
beforeAll(async () => {
  server = await serve({ ASO_CODEC_SERVER_TOKEN_FILE: privateFile([TOKEN]) });
});
afterAll(() => server.close());

const serve = (settings: Record<string, string>): Promise<Listening> =>
  serveCodec(
    loadConfig({
      ...{ ASO_CODEC_SERVER_LISTEN: '127.0.0.1:0', ASO_CODEC_SERVER_ORIGINS: UI, ASO_PAYLOAD_KEYS: keys },
      ...settings,
    }),
    { namespace: 'aso', log: (request) => log.push(request) },
  );

/** As Temporal's UI asks: JSON, its origin, its namespace. */
function ask(way: 'encode' | 'decode', body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/${way}`, {
    method: 'POST',
    headers: {
      ...{ 'Content-Type': 'application/json', 'X-Namespace': 'aso', Origin: UI, Authorization: `Bearer ${TOKEN}` },
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** As a worker writes it. */
async function written(value: unknown): Promise<Payload[]> {
  let payloads = [defaultPayloadConverter.toPayload(value)];
  for (const codec of createDataConverter(readKeyRing(keys)).payloadCodecs ?? [])
    payloads = await codec.encode(payloads);
  return payloads;
}

const valueIn = async (answer: Response): Promise<unknown> =>
  defaultPayloadConverter.fromPayload(fromJson(await answer.json())[0] as Payload);

test('what workers compressed and encrypted is shown, and what is sent from the UI is encrypted', async () => {
  const large = { files: Array.from({ length: 2000 }, (_, i) => `/store/user/alice/${i}.root`) };
  const answer = await ask('decode', toJson(await written(large)));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(UI);
  expect(answer.headers.get('Access-Control-Allow-Credentials')).toBe('true');
  expect(await valueIn(answer)).toEqual(large);

  const encoded = (await (
    await ask('encode', toJson([defaultPayloadConverter.toPayload('hush')]))
  ).json()) as PayloadsJson;
  expect(atob(encoded.payloads[0]?.metadata['encoding'] ?? '')).toBe('binary/encrypted');
  expect(await valueIn(await ask('decode', encoded))).toBe('hush');
});

test('the browser may ask: its question before the request names what is allowed', async () => {
  const answer = await fetch(`${server.url}/decode`, {
    method: 'OPTIONS',
    headers: {
      ...{ Origin: UI, 'Access-Control-Request-Method': 'POST' },
      'Access-Control-Request-Headers': 'authorization,content-type,x-namespace',
    },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(UI);
  expect(answer.headers.get('Access-Control-Allow-Headers')).toMatch(/x-namespace/);
});

describe('refused', () => {
  test.each([
    ['without a token', { Authorization: '' }, 401],
    ['with another token', { Authorization: `Bearer ${TOKEN}x` }, 401],
    ['with the token as a password', { Authorization: `Basic ${btoa(`aso:${TOKEN}`)}` }, 401],
    ['with a made-up cookie', { Authorization: '', Cookie: 'aso_codec=guess' }, 401],
    ['from a page of another origin', { Origin: 'https://evil.example.org' }, 403],
    ['for another namespace', { 'X-Namespace': 'other' }, 403],
  ])('%s', async (_, headers, status) => {
    const answer = await ask('decode', toJson(await written('hush')), headers);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain(btoa('"hush"'));
    // A page of another origin may not even read that it was refused.
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('Origin' in headers ? null : UI);
  });

  test.each([
    ['no JSON', 'payloads', 400, /the body must be JSON/],
    ['no payloads', {}, 400, /payloads: must be a list/],
    ['no object', { payloads: [null] }, 400, /payloads\[0\].metadata: must be an object/],
    [
      'what says that it is compressed',
      { payloads: [{ metadata: { encoding: btoa('binary/gzip') }, data: 'eA==' }] },
      400,
      /is broken/,
    ],
    ['no base64', { payloads: [{ data: '*' }] }, 400, /payloads\[0\].data: must be base64/],
    ['a huge body', 'x'.repeat(9 * 1024 * 1024), 413, /at most 8388608 bytes/],
  ])('%s', async (_, body, status, message) => {
    const answer = await ask('decode', body);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(message);
  });

  test('what would fill the memory: payloads that inflate to more than a request may', async () => {
    const zeros = defaultPayloadConverter.toPayload(Buffer.alloc(20 * 1024 * 1024));
    const [bomb] = toJson(await createCompressionCodec().encode([zeros])).payloads;
    expect(bomb?.data.length).toBeLessThan(200_000);
    const answer = await ask('decode', { payloads: [bomb, bomb, bomb] });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringMatching(/come to more than 33554432 bytes/),
    ]);
  });

  test('payloads of a key that it does not have, by the id of the key', async () => {
    const [payload] = await written('hush');
    const metadata = { ...payload?.metadata, 'encryption-key-id': Buffer.from('k9') };
    const answer = await ask('decode', toJson([{ ...payload, metadata }]));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/key \\"k9\\", which/)]);
  });
});

test('who signs in at its page needs no token in the UI; the cookie is no token', async () => {
  const signIn = (token: string) =>
    fetch(`${server.url}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token }) });
  expect((await signIn('wrong')).status).toBe(401);
  expect(log).toContainEqual({ path: '/login', status: 401, why: 'not the token' });
  const answer = await signIn(TOKEN);
  const cookie = answer.headers.get('Set-Cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  expect(cookie).not.toContain(TOKEN);
  const [pair = ''] = cookie.split(';');
  expect((await ask('decode', toJson(await written(1)), { Authorization: '', Cookie: pair })).status).toBe(200);
  expect((await ask('decode', toJson([]), { Authorization: `Bearer ${pair.split('=')[1]}` })).status).toBe(401);
});

test('nothing of payloads or tokens is logged', () => {
  expect(log.length).toBeGreaterThan(5);
  expect(JSON.stringify(log)).not.toMatch(/hush|store|nobody-guesses/);
});

test('it does not listen to others than this machine without a token', async () => {
  await expect(serve({ ASO_CODEC_SERVER_LISTEN: '0.0.0.0:0' })).rejects.toThrow(
    /codecServer.tokenFile: is needed to listen at 0.0.0.0:0/,
  );
  await expect(serve({ ASO_CODEC_SERVER_TOKEN_FILE: privateFile(['short']) })).rejects.toThrow(
    /must hold 24 characters/,
  );
  await expect(serve({ ASO_CODEC_SERVER_TOKEN_FILE: privateFile([TOKEN], 0o644) })).rejects.toThrow(/its owner only/);
});
