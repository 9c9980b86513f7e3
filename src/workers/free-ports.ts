import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Below those that Linux gives to outgoing connections by itself (32768 and up). */
const LOW = { from: 15_000, to: 32_768 };

/**
 * Ports of an address of this machine that were free a moment ago, all different because they are held together. Another process may
 * still be faster: whoever starts something on them tries again.
 */
export const freePorts = (host: string, count: number): Promise<number[]> => hold(count, () => listen(host, 0));

/**
 * As `freePorts`, from 15000 to 32767: Temporal keeps its members' ports on PostgreSQL as SMALLINT and does not start with a higher one.
 * Outgoing connections do not take these, so that they are there after a restart, too.
 */
export const freeLowPorts = (host: string, count: number): Promise<number[]> => hold(count, () => listenLow(host));

async function hold(count: number, take: () => Promise<Server>): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, take));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const listen = (host: string, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, host, () => resolve(server));
  });

async function listenLow(host: string): Promise<Server> {
  for (;;) {
    try {
      return await listen(host, randomInt(LOW.from, LOW.to));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
