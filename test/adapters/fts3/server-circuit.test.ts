import { describe, expect, it } from 'vitest';
import { CIRCUIT, isUnsent, ServerCircuit } from '../../../src/adapters/fts3/server-circuit.ts';
import { HttpFailure } from '../../../src/adapters/http.ts';

/** A failure without answer, as `exchange` makes it of what the network said. */
const failure = (cause: Error): HttpFailure => new HttpFailure('FtsUnavailable', cause.message, null, { cause });
const networkError = (code: string, syscall?: string): Error => Object.assign(new Error(code), { code, syscall });

describe('a request surely has not left', () => {
  it.each([
    ['no address', networkError('ENOTFOUND', 'getaddrinfo')],
    ['nobody listens', networkError('ECONNREFUSED', 'connect')],
    ['no way there', networkError('EHOSTUNREACH', 'connect')],
    ['nobody listens at any of its addresses', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
    ['no connection in time', networkError('UND_ERR_CONNECT_TIMEOUT')],
  ])('where there is %s', (_what, cause) => {
    expect(isUnsent(failure(cause))).toBe(true);
  });

  it.each([
    ['the way was lost while an answer was awaited', networkError('EHOSTUNREACH', 'read')],
    ['the way was lost while it was written', networkError('ENETUNREACH', 'write')],
    ['a kept connection was closed just then', networkError('ECONNRESET', 'write')],
    ['a kept connection was closed just then', networkError('UND_ERR_SOCKET')],
  ])('but may have where %s', (_what, cause) => {
    expect(isUnsent(failure(cause))).toBe(false);
  });
});

it('a circuit stays closed for all where TLS alerts are about one of them', async () => {
  const circuit = new ServerCircuit('https://fts.example');
  const alert = failure(networkError('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'));
  for (let n = 0; n < 2 * CIRCUIT.failures; n += 1)
    await expect(circuit.run(() => Promise.reject(alert))).rejects.toBe(alert);
  expect(await circuit.run(() => Promise.resolve('answer'))).toBe('answer');
});
