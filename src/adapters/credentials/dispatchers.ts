import { Agent } from 'undici';
import type { CredentialRef } from '../../domain/file.ts';
import type { Connection } from '../http.ts';

/** Connections to servers as somebody: the one place where credentials meet the network. */
export interface Dispatchers {
  /**
   * A connection to a server (any URL of it) as this credential. Ask anew for each exchange, do not keep it.
   * @throws PortError `CredentialUnavailable` where there is no valid credential.
   */
  for(server: string, credential: CredentialRef): Promise<Connection>;
  /** Waits for running exchanges, then closes all connections. */
  close(): Promise<void>;
}

/** No user at all: for services that know the service itself only. */
export const NO_USER: CredentialRef = Object.freeze({ user: '', group: '', role: '' });

/** An agent that nobody asked for so long is closed; far longer than any exchange lasts. */
const IDLE_MS = 10 * 60 * 1000;

const AGENT_OPTIONS: Agent.Options = {
  // Connections to one server; further exchanges queue, which counts against their time-out.
  connections: 64,
  pipelining: 1,
  connectTimeout: 10_000,
  keepAliveTimeout: 20_000,
  // FTS, DBS and the storage doors were studied over HTTP/1.1.
  allowH2: false,
};

/** Connections without any credential: one keep-alive agent per origin, closed when idle. For simulators and open doors. */
export function createAnonymousDispatchers(): Dispatchers {
  const agents = new Map<string, { agent: Agent; usedAt: number }>();

  const closeIdle = (now: number): void => {
    for (const [origin, { agent, usedAt }] of agents) {
      if (now - usedAt < IDLE_MS) continue;
      agents.delete(origin);
      // Graceful: what still runs is finished first.
      agent.close().catch(() => undefined);
    }
  };
  const sweeper = setInterval(() => closeIdle(Date.now()), IDLE_MS).unref();

  return {
    for(server) {
      const { origin } = new URL(server);
      const entry = agents.get(origin) ?? { agent: new Agent(AGENT_OPTIONS), usedAt: 0 };
      entry.usedAt = Date.now();
      agents.set(origin, entry);
      return Promise.resolve({ dispatcher: entry.agent, headers: {} });
    },
    async close() {
      clearInterval(sweeper);
      const open = [...agents.values()];
      agents.clear();
      await Promise.all(open.map(({ agent }) => agent.close()));
    },
  };
}
