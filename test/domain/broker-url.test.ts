import { expect, it } from 'vitest';
import { isBrokerUrl } from '../../src/domain/broker-url.ts';

it.each(['stomp+ssl://broker.example.org:61612', 'stomp://127.0.0.1:61613', 'stomp://localhost:1', 'stomp://[::1]:1'])(
  '%s may be sent a password',
  (url) => expect(isBrokerUrl(url)).toBe(true),
);

it.each([
  'stomp://broker.example.org:61613',
  'stomp+ssl://broker.example.org',
  'stomp+ssl://user:secret@broker.example.org:61612',
  'stomp+ssl://broker.example.org:61612/topic',
  'stomp+ssl://:61612',
  'https://broker.example.org:61612',
  'broker.example.org:61612',
])('%s may not', (url) => expect(isBrokerUrl(url)).toBe(false));
