import { createCompressionCodec } from '../client/compression-codec.ts';
import { createEncryptionCodec } from '../client/encryption-codec.ts';
import { readKeyRing } from '../client/key-ring.ts';
import { ConfigError, type Config } from '../config/index.ts';
import { readAccessToken } from '../web/access-token.ts';
import { listen, splitAddress, type Listening } from '../web/listen.ts';
import { isLoopback } from '../web/loopback.ts';
import { accessByToken } from './access.ts';
import { createCodecApp, type CodecAppOptions } from './app.ts';

/** What the compressed payloads of one request may come to. */
const MAX_INFLATED_BYTES = 32 * 1024 * 1024;

/**
 * Serves the codecs of the configured payloads over HTTP.
 * @throws ConfigError where others than this machine could reach it and there is no token, ListenError
 */
export async function serveCodec(
  { codecServer, payloadKeys }: Pick<Config, 'codecServer' | 'payloadKeys'>,
  { namespace, log }: Pick<CodecAppOptions, 'namespace' | 'log'>,
): Promise<Listening> {
  const { tokenFile, origins } = codecServer;
  const { host, port } = splitAddress(codecServer.listen);
  if (tokenFile === null && !isLoopback(host))
    throw new ConfigError([
      {
        where: 'codecServer.tokenFile',
        rule: `is needed to listen at ${codecServer.listen}: everybody could read every payload`,
      },
    ]);
  const app = createCodecApp({
    codecs: [
      createCompressionCodec(MAX_INFLATED_BYTES),
      ...(payloadKeys === null ? [] : [createEncryptionCodec(readKeyRing(payloadKeys))]),
    ],
    access: tokenFile === null ? null : accessByToken(readAccessToken(tokenFile, 'codecServer.tokenFile')),
    ...{ origins, namespace, log, secureCookie: !isLoopback(host) },
  });
  return listen(app, host, port, 'set codecServer.listen');
}
