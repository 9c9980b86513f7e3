import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { TrustAnchors } from '../credentials/trust-anchors.ts';

/** Who we are for brokers. Files are read for each connection: what was renewed is used from the next one on. */
export interface BrokerIdentity {
  trust: TrustAnchors;
  /** Two lines, user and password; null: none is sent. */
  loginFile: string | null;
  /** PEM, certificate and key; null: none is shown. Over TLS only. */
  certificateFile: string | null;
}

export interface BrokerLogin {
  login: string;
  passcode: string;
}

/** User and password for a broker; null where there are none. @throws Error that names the file, and nothing of what is in it */
export async function brokerLogin({ loginFile }: BrokerIdentity): Promise<BrokerLogin | null> {
  if (loginFile === null) return null;
  const [login = '', passcode = ''] = (await readFile(loginFile, 'utf8')).split(/\r?\n/);
  if (!login || !passcode) throw new Error(`${loginFile} (ftsEvents.loginFile) must have two lines: user and password`);
  return { login, passcode };
}

/**
 * Connects to a broker, over TLS where its address says so; its certificate is always verified.
 * @param url `stomp://host:port` or `stomp+ssl://host:port`
 */
export async function dialBroker(url: string, identity: BrokerIdentity, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
  const isSecure = protocol === 'stomp+ssl:';
  const socket = isSecure
    ? connectTls({ ...address, ...(await tlsOptions(identity)), rejectUnauthorized: true })
    : connectTcp(address);
  try {
    await once(socket, isSecure ? 'secureConnect' : 'connect', { signal });
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
  // A message that waits for another one to be sent with would be late for nothing.
  return socket.setNoDelay(true);
}

async function tlsOptions({ trust, certificateFile }: BrokerIdentity) {
  const { certificates } = await trust.current();
  const shown = certificateFile === null ? null : await readFile(certificateFile);
  const secureContext = createSecureContext({
    ...(certificates && { ca: [...certificates] }),
    ...(shown && { cert: shown, key: shown }),
    minVersion: 'TLSv1.2',
  });
  return { secureContext };
}
