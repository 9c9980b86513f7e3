import { constants, X509Certificate } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TestAuthority } from './authority.ts';
import { certificatesPem, keyPem } from './certificates.ts';
import { shownChain, verifyClientChain, type ClientChain } from './client-chain.ts';

/** What a simulator needs to speak TLS. */
export interface SimulatorTls {
  /** PEM. */
  cert: string;
  /** PEM. */
  key: string;
  /** Certificates of the authorities whose clients are recognised, PEM each. */
  clientAuthorities: readonly string[];
}

/** TLS for servers on loopback, with clients of the same authority. @param hosts further names of the server */
export async function tlsOf(authority: TestAuthority, hosts: readonly string[] = []): Promise<SimulatorTls> {
  const { certificates, keys } = await authority.issueHost(hosts);
  return {
    cert: certificatesPem(certificates),
    key: await keyPem(keys),
    clientAuthorities: [certificatesPem([authority.certificate])],
  };
}

/** Clients may show a certificate; a bad one is no reason to end the handshake, the handler decides. */
export const tlsServerOptions = ({ cert, key, clientAuthorities }: SimulatorTls): ServerOptions => ({
  cert,
  key,
  ca: [...clientAuthorities],
  requestCert: true,
  rejectUnauthorized: false,
  // A resumed session remembers the leaf only: every connection has to show its whole chain.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** By connection: as with Apache, what counts is the moment of the handshake. */
const verified = new WeakMap<Socket, ClientChain>();

/** Who is at the other end of a connection, by the chain shown in its handshake. */
export function chainOfClient(socket: Socket, { clientAuthorities }: SimulatorTls): ClientChain {
  const known = verified.get(socket);
  if (known) return known;
  const shown = socket instanceof TLSSocket ? shownChain(socket.getPeerX509Certificate()) : [];
  const authorities = clientAuthorities.map((pem) => new X509Certificate(pem));
  const chain = verifyClientChain(shown, authorities, Date.now());
  verified.set(socket, chain);
  return chain;
}
