/** What the service's own codecs make of values, for tests in another language: `encode | decode <key file>`, JSON in and out. */
import { json } from 'node:stream/consumers';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { configuredDataConverter } from '../../src/client/data-converter.ts';

const Payloads = proto.temporal.api.common.v1.Payload;
const [way, payloadKeys = ''] = process.argv.slice(2);
const codecs = configuredDataConverter({ payloadKeys }).payloadCodecs ?? [];
const given = (await json(process.stdin)) as unknown[];

if (way === 'encode') {
  let payloads: Payload[] = given.map((value) => defaultPayloadConverter.toPayload(value));
  for (const codec of codecs) payloads = await codec.encode(payloads);
  const texts = payloads.map((payload) => Buffer.from(Payloads.encode(payload).finish()).toString('base64'));
  process.stdout.write(JSON.stringify(texts));
} else {
  let payloads: Payload[] = given.map((text) => Payloads.decode(Buffer.from(String(text), 'base64')));
  for (const codec of codecs.toReversed()) payloads = await codec.decode(payloads);
  process.stdout.write(JSON.stringify(payloads.map((payload) => defaultPayloadConverter.fromPayload(payload))));
}
