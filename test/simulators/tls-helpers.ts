import type { webcrypto } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { Agent, request } from 'undici';
import { certificatesPem, type Credential } from '../../src/simulators/pki/certificates.ts';
import { credentialPem } from '../../src/simulators/pki/credential-file.ts';
import type { TestAuthority } from '../../src/simulators/pki/authority.ts';
import { certifyProxy } from '../../src/simulators/pki/proxy.ts';
import { Pkcs10CertificateRequest } from '../../src/simulators/pki/x509.ts';

export interface TlsAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Undefined where the answer is not JSON. */
  body: unknown;
}

/** Asks servers over TLS; its connections end with the test. */
export type TlsClient = (
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<TlsAnswer>;

/** A client with this credential, or with none. */
export async function tlsClient(authority: TestAuthority, credential: Credential | null): Promise<TlsClient> {
  const pem = credential ? { cert: await credentialPem(credential), key: await credentialPem(credential) } : {};
  const dispatcher = new Agent({ connect: { ca: certificatesPem([authority.certificate]), ...pem } });
  onTestFinished(() => dispatcher.destroy());
  return async (method, url, body, headers = {}) => {
    const isText = typeof body === 'string';
    const answer = await request(url, {
      dispatcher,
      method: method as 'GET',
      headers: { ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    return { status: answer.statusCode, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
  };
}

/** The proxy that a client issues for a server's certificate request, with the chain above it. */
export async function answerRequest(request: string, issuer: Credential, lifetimeSeconds: number): Promise<string> {
  const { publicKey } = new Pkcs10CertificateRequest(request);
  const { certificates } = await certifyProxy(
    issuer,
    (await publicKey.export()) as webcrypto.CryptoKey,
    lifetimeSeconds,
  );
  return certificatesPem(certificates);
}
