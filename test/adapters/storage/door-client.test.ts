import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { NO_USER, type Dispatchers } from '../../../src/adapters/credentials/dispatchers.ts';
import { createDoorClient } from '../../../src/adapters/storage/door-client.ts';

/** What a server saw of a request: https cannot be served on loopback without certificates, so undici's own double stands in. */
async function authorizationAfter(location: string): Promise<unknown> {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const dispatchers: Dispatchers = {
    for: () => Promise.resolve({ dispatcher: agent, headers: { authorization: 'Bearer secret' } }),
    close: () => agent.close(),
  };
  let seen: unknown;
  const { origin } = new URL(location);
  agent
    .get('https://door.example')
    .intercept({ path: '/store/x', method: 'HEAD' })
    .reply(302, '', { headers: { location } });
  agent
    .get(origin)
    .intercept({ path: '/pool/x', method: 'HEAD' })
    .reply(200, ({ headers }) => {
      seen = new Headers(headers).get('authorization');
      return '';
    });
  const url = new URL('https://door.example/store/x');
  await createDoorClient(dispatchers, 1000)({ method: 'HEAD', url, credential: NO_USER });
  await dispatchers.close();
  return seen;
}

describe('redirects', () => {
  it('take the credential along to https', async () => {
    expect(await authorizationAfter('https://pool.example/pool/x')).toBe('Bearer secret');
  });

  it('never show the credential to plain http', async () => {
    expect(await authorizationAfter('http://pool.example/pool/x')).toBeNull();
  });
});
