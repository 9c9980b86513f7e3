import { serve, type ServerType } from '@hono/node-server';
import { createCompressionCodec } from '../client/compression-codec.ts';
import { createEncryptionCodec } from '../client/encryption-codec.ts';
import { readKeyRing } from '../client/key-ring.ts';
import { ConfigError, type Config } from '../config/index.ts';
import { accessByToken, readToken } from './access.ts';
import { createCodecApp, type CodecAppOptions } from './app.ts';

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the compressed payloads of one request may come to. */
const MAX_INFLATED_BYTES = 32 * 1024 * 1024;

/**
 * Serves the codecs of the configured payloads over HTTP; TLS is for a proxy in front.
 * @throws ConfigError where others than this machine could reach it and there is no token
 */
export async function serveCodec(
  { codecServer, payloadKeys }: Pick<Config, 'codecServer' | 'payloadKeys'>,
  { namespace, log }: Pick<CodecAppOptions, 'namespace' | 'log'>,
): Promise<CodecServer> {
  const { listen, tokenFile, origins } = codecServer;
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(listen) ?? [];
  const isLoopback = /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  if (tokenFile === null && !isLoopback)
    throw new ConfigError([
      { where: 'codecServer.tokenFile', rule: `is needed to listen at ${listen}: everybody could read every payload` },
    ]);
  const app = createCodecApp({
    codecs: [
      createCompressionCodec(MAX_INFLATED_BYTES),
      ...(payloadKeys === null ? [] : [createEncryptionCodec(readKeyRing(payloadKeys))]),
    ],
    access: tokenFile === null ? null : accessByToken(readToken(tokenFile)),
    ...{ origins, namespace, log, secureCookie: !isLoopback },
  });
  const server = await new Promise<ServerType>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: host, port: Number(port) }, () => resolve(starting));
    starting.once('error', reject);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
