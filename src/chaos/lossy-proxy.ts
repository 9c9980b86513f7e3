import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy does to what passes. */
export type Mood =
  | { kind: 'passing' }
  /** Everything comes so much later, milliseconds; each way. */
  | { kind: 'slow'; ms: number }
  /** Requests arrive; of the answers this share is lost, from 0 to 1, and their connections with them. */
  | { kind: 'losing'; share: number }
  /** Nobody comes through, and who was on the phone is cut off. */
  | { kind: 'cut' };

const PASSING: Mood = { kind: 'passing' };

/** So long a server may take to act on a request whose answer will be lost, milliseconds. */
const ACTS_WITHIN_MS = 200;

/** A TCP proxy before a service that can be made slow, cut off, or to lose answers: it knows nothing of what passes. */
export class LossyProxy {
  mood: Mood = PASSING;
  readonly #target: number;
  readonly #random: () => number;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(target: number, random: () => number) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer((client) => this.#serve(client));
  }

  /**
   * Listens on a free port of loopback.
   * @param target port of the service, on loopback
   * @param random which answers are lost
   */
  static async start(target: number, random: () => number): Promise<LossyProxy> {
    const proxy = new LossyProxy(target, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts everybody off, for now. */
  cut(): void {
    this.mood = { kind: 'cut' };
    for (const socket of this.#open) socket.destroy();
  }

  /** Lets everything pass again. */
  heal(): void {
    this.mood = PASSING;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #serve(client: Socket): void {
    if (this.mood.kind === 'cut') return void client.destroy();
    const service = connect(this.#target, '127.0.0.1');
    for (const [socket, other] of [
      [client, service],
      [service, client],
    ] as const) {
      this.#open.add(socket);
      socket.setNoDelay();
      // Whoever is cut off notices by itself.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
    void this.#pass(client, service, () => this.#slowed());
    void this.#pass(service, client, () => this.#answered(client));
  }

  /** @param gate waits, and says whether what has come may pass */
  async #pass(from: Socket, to: Socket, gate: () => Promise<boolean>): Promise<void> {
    try {
      for await (const chunk of from) {
        if (!(await gate())) return;
        if (!to.write(chunk as Buffer)) await once(to, 'drain');
      }
      to.end();
    } catch {
      to.destroy();
    }
  }

  async #slowed(): Promise<boolean> {
    if (this.mood.kind === 'slow') await sleep(this.mood.ms);
    return true;
  }

  async #answered(client: Socket): Promise<boolean> {
    if (this.mood.kind !== 'losing' || this.#random() > this.mood.share) return this.#slowed();
    await sleep(ACTS_WITHIN_MS);
    client.destroy();
    return false;
  }
}
