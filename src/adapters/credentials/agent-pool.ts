import { Agent } from 'undici';

export interface AgentPoolOptions {
  /** An agent that nobody asked for so long is closed, milliseconds; far longer than any exchange lasts (10 min). */
  idleMs?: number;
  /** One that another has replaced is closed after so long: who asked for it just before may not have begun (30 s). */
  replacedMs?: number;
}

interface Entry {
  agent: Agent;
  version: string;
  usedAt: number;
}

const AGENT_OPTIONS: Agent.Options = {
  // Connections to one server; further exchanges queue, which counts against their time-out.
  connections: 64,
  pipelining: 1,
  connectTimeout: 10_000,
  keepAliveTimeout: 20_000,
  // FTS, DBS and the storage doors were studied over HTTP/1.1.
  allowH2: false,
};

/** Keep-alive agents by slot (whom we talk to as whom), each of one version of its identity. Closing always lets running exchanges end. */
export class AgentPool {
  readonly #current = new Map<string, Entry>();
  #replaced: Entry[] = [];
  readonly #idleMs: number;
  readonly #replacedMs: number;
  readonly #sweeper: NodeJS.Timeout;

  constructor({ idleMs = 10 * 60_000, replacedMs = 30_000 }: AgentPoolOptions = {}) {
    this.#idleMs = idleMs;
    this.#replacedMs = replacedMs;
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), Math.min(idleMs, replacedMs)).unref();
  }

  /**
   * The agent of a slot; a new one where the slot had none or one of another version.
   * @param connect TLS options for a new agent's connections
   */
  take(slot: string, version: string, connect: () => NonNullable<Agent.Options['connect']>): Agent {
    let entry = this.#current.get(slot);
    if (entry?.version !== version) {
      const agent = new Agent({ ...AGENT_OPTIONS, connect: connect() });
      if (entry) this.#replaced.push({ ...entry, usedAt: Date.now() });
      entry = { agent, version, usedAt: 0 };
      this.#current.set(slot, entry);
    }
    entry.usedAt = Date.now();
    return entry.agent;
  }

  /** Waits for running exchanges, then closes all. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const open = [...this.#current.values(), ...this.#replaced];
    this.#current.clear();
    this.#replaced = [];
    await Promise.all(open.map(({ agent }) => agent.close()));
  }

  #sweep(now: number): void {
    for (const [slot, entry] of this.#current) {
      if (now - entry.usedAt < this.#idleMs) continue;
      this.#current.delete(slot);
      this.#retire(entry);
    }
    const due = this.#replaced.filter(({ usedAt }) => now - usedAt >= this.#replacedMs);
    this.#replaced = this.#replaced.filter((entry) => !due.includes(entry));
    for (const entry of due) this.#retire(entry);
  }

  #retire({ agent }: Entry): void {
    agent.close().catch(() => undefined);
  }
}
