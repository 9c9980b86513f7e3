import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { tlsServerOptions, type SimulatorTls } from '../pki/server-tls.ts';
import { Session } from './session.ts';

export interface BrokerOptions {
  /** 0 or absent: any free port. */
  port?: number;
  /** Without it, plain TCP. */
  tls?: SimulatorTls;
  /** The only user there is; anybody is admitted without it. */
  user?: { login: string; passcode: string };
  /** Milliseconds between heart-beats that it offers and wants; default 10 000. */
  heartBeatMs?: number;
}

/** A message broker on loopback that speaks STOMP 1.2, with topics: who is subscribed gets a message, and nobody later. */
export class StompBroker {
  readonly #options: BrokerOptions;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();

  private constructor(options: BrokerOptions) {
    this.#options = options;
    const { tls } = options;
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#server = tls ? createTlsServer(tlsServerOptions(tls), accept) : createServer(accept);
  }

  static async start(options: BrokerOptions = {}): Promise<StompBroker> {
    const broker = new StompBroker(options);
    await broker.#listen(options.port ?? 0);
    return broker;
  }

  /** `stomp://host:port` or `stomp+ssl://host:port`. */
  get url(): string {
    return `${this.#options.tls ? 'stomp+ssl' : 'stomp'}://127.0.0.1:${this.#port}`;
  }

  /** Subscriptions to a destination now. */
  subscriptions(destination: string): number {
    return [...this.#sessions].reduce((sum, session) => sum + session.subscriptionsTo(destination), 0);
  }

  /** Sends a message to whoever is subscribed. */
  publish(destination: string, body: string): void {
    for (const session of this.#sessions) session.deliver(destination, body);
  }

  /** Stops, stays away until `meanwhile` is over or so many milliseconds, and comes back on the same port without any session. */
  async restart(meanwhile: number | (() => Promise<unknown>) = 0): Promise<void> {
    const port = this.#port;
    await this.close();
    await (typeof meanwhile === 'number' ? sleep(meanwhile) : meanwhile());
    await this.#listen(port);
  }

  /** Stops at once. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.#sessions) session.end();
    await closed;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #accept(socket: Socket): void {
    const { user, heartBeatMs = 10_000 } = this.#options;
    const session = new Session(socket, {
      heartBeatMs,
      admits: (login, passcode) => !user || (user.login === login && user.passcode === passcode),
      sent: (destination, body) => this.publish(destination, body),
    });
    this.#sessions.add(session);
    socket.on('close', () => this.#sessions.delete(session));
  }
}
