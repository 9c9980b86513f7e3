import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One address in front of several, as a load balancer: each connection goes to the next of them that takes it. */
export class OneAddress {
  readonly #addresses: readonly string[];
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  #turn = 0;

  private constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
    this.#server = createServer((inward) => this.#hand(inward, addresses.length));
  }

  /** @param addresses `host:port` of each */
  static async listen(addresses: readonly string[]): Promise<OneAddress> {
    const front = new OneAddress(addresses);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  /** @param tries so many addresses are asked before the caller is turned away */
  #hand(inward: Socket, tries: number): void {
    const [host = '', port] = (this.#addresses[this.#turn++ % this.#addresses.length] ?? '').split(':');
    const outward = connect(Number(port), host);
    const refused = (): void => void (tries > 1 ? this.#hand(inward, tries - 1) : inward.destroy());
    outward.once('error', refused);
    outward.once('connect', () => {
      outward.off('error', refused);
      for (const [socket, other] of [
        [inward, outward],
        [outward, inward],
      ] as const) {
        this.#open.add(socket);
        socket.on('error', () => other.destroy());
        socket.once('close', () => {
          this.#open.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }
}
