import type { Socket } from 'node:net';
import { BadFrame, FrameReader, frameBytes, type Frame } from './frames.ts';

/** What a broker is for its clients. */
export interface SessionRules {
  /** Whether this user may connect. */
  admits(login: string | undefined, passcode: string | undefined): boolean;
  /** A client has sent a message. */
  sent(destination: string, body: string): void;
  /** Milliseconds between heart-beats that the broker offers and wants; 0 for none. */
  heartBeatMs: number;
}

let messages = 0;

/** One client of a broker, from CONNECT to its end. */
export class Session {
  readonly #socket: Socket;
  readonly #rules: SessionRules;
  readonly #reader = new FrameReader();
  /** Destinations by subscription id. */
  readonly #subscriptions = new Map<string, string>();
  #connected = false;
  #beat: NodeJS.Timeout | null = null;

  constructor(socket: Socket, rules: SessionRules) {
    this.#socket = socket;
    this.#rules = rules;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#beat && clearInterval(this.#beat));
  }

  /** How many of its subscriptions are to this destination. */
  subscriptionsTo(destination: string): number {
    return [...this.#subscriptions.values()].filter((other) => other === destination).length;
  }

  deliver(destination: string, body: string): void {
    for (const [id, other] of this.#subscriptions) {
      if (other !== destination) continue;
      messages += 1;
      const headers = { destination, subscription: id, 'message-id': `m-${messages}` };
      this.#send('MESSAGE', { ...headers, 'content-length': String(Buffer.byteLength(body)) }, body);
    }
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.read(chunk)) this.#handle(frame);
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      this.#refuse(error.message);
    }
  }

  #handle({ command, headers, body }: Frame): void {
    if (!this.#connected) return this.#connect(command, headers);
    const { id = '', destination = '', receipt } = headers;
    if (command === 'SUBSCRIBE') {
      if (!id || !destination) return this.#refuse('SUBSCRIBE needs id and destination');
      this.#subscriptions.set(id, destination);
    } else if (command === 'UNSUBSCRIBE') this.#subscriptions.delete(id);
    else if (command === 'SEND') this.#rules.sent(destination, body);
    else if (command !== 'DISCONNECT') return this.#refuse(`${command} is not understood here`);
    if (receipt !== undefined) this.#send('RECEIPT', { 'receipt-id': receipt });
    if (command === 'DISCONNECT') this.#socket.end();
  }

  #connect(command: string, headers: Frame['headers']): void {
    if (command !== 'CONNECT' && command !== 'STOMP') return this.#refuse('not connected');
    if (!headers['accept-version']?.split(',').includes('1.2')) return this.#refuse('only STOMP 1.2 is spoken here');
    if (!this.#rules.admits(headers['login'], headers['passcode'])) {
      return this.#refuse(`User name [${headers['login'] ?? ''}] or password is invalid.`);
    }
    this.#connected = true;
    const { heartBeatMs } = this.#rules;
    const wanted = Number(headers['heart-beat']?.split(',')[1] ?? 0);
    if (wanted > 0 && heartBeatMs > 0)
      this.#beat = setInterval(() => this.#socket.write('\n'), Math.max(wanted, heartBeatMs)).unref();
    this.#send('CONNECTED', { version: '1.2', server: 'aso-simulator', 'heart-beat': `${heartBeatMs},${heartBeatMs}` });
  }

  /** As brokers do: an ERROR is the last that a client hears. */
  #refuse(message: string): void {
    this.#send('ERROR', { message, 'content-type': 'text/plain' });
    this.#socket.end();
  }

  #send(command: string, headers: Frame['headers'], body = ''): void {
    if (this.#socket.writable) this.#socket.write(frameBytes({ command, headers, body }));
  }
}
