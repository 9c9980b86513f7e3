import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Listening {
  /** Where it is reached, e.g. `http://127.0.0.1:8089`. */
  url: string;
  close(): Promise<void>;
}

/** The address to listen on cannot be had. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** `host:port`, as configuration has checked it. */
export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
}

/**
 * Serves an app over HTTP; TLS is for a proxy in front. Port 0 takes any free one.
 * @param remedy how to have it listen elsewhere, e.g. `set monitor.listen`
 * @throws ListenError where the port is taken or not ours to take
 */
export async function listen(app: Hono, host: string, port: number, remedy: string): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another process listens there' : error.message;
      reject(new ListenError(`cannot listen on ${host}:${port}: ${why}; ${remedy}`));
    });
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
