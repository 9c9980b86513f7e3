import type { Socket } from 'node:net';
import { Client, ReconnectionTimeMode, Versions, type IFrame } from '@stomp/stompjs';
import { shortText } from '../short-text.ts';
import { brokerLogin, dialBroker, type BrokerIdentity } from './broker-access.ts';
import { StompSocket } from './stomp-socket.ts';

/** Times of a connection, milliseconds. */
export interface BrokerTimes {
  /** First pause before another connection; doubles, give or take half. */
  reconnect: number;
  /** Longest one. */
  reconnectMax: number;
  /** Between two heart-beats, either way; three that are missed end the connection. */
  heartBeat: number;
  /** For a connection and the broker's answer to it. */
  patience: number;
}

export const BROKER_TIMES: BrokerTimes = {
  reconnect: 2_000,
  reconnectMax: 60_000,
  heartBeat: 10_000,
  patience: 10_000,
};

export interface BrokerOptions {
  url: string;
  destinations: readonly string[];
  identity: BrokerIdentity;
  times: BrokerTimes;
  /** Gets the text of every message. */
  onBody: (body: string) => void;
  /** Is told why nothing is heard, once for each reason until a message arrives. */
  onProblem: (problem: string) => void;
}

/** Subscriptions at one broker, made again whenever they are lost. Messages need no acknowledgement: what is lost is looked for anyway. */
export class BrokerConnection {
  readonly #options: BrokerOptions;
  readonly #client: Client;
  readonly #closing = new AbortController();
  #socket: StompSocket | null = null;
  #secrets: string[] = [];
  /** Why no connection can be made at all. */
  #unready: Error | null = null;
  #toldOf = new Set<string>();

  constructor(options: BrokerOptions) {
    this.#options = options;
    const { times } = options;
    this.#client = new Client({
      stompVersions: new Versions([Versions.V1_2]),
      heartbeatIncoming: times.heartBeat,
      heartbeatOutgoing: times.heartBeat,
      heartbeatToleranceMultiplier: 3,
      reconnectTimeMode: ReconnectionTimeMode.EXPONENTIAL,
      reconnectDelay: jittered(times.reconnect),
      maxReconnectDelay: times.reconnectMax,
      // A broker that is gone does not answer a farewell either.
      discardWebsocketOnCommFailure: true,
      beforeConnect: () => this.#prepare(),
      webSocketFactory: () => this.#open(),
      onConnect: () => this.#subscribe(),
      onHeartbeatReceived: () => this.#socket?.alive(),
      onHeartbeatLost: () => this.#problem('its heart-beats have stopped'),
      onStompError: (frame) => this.#refused(frame),
      onWebSocketError: (error: Error) => this.#problem(error.message),
    });
    this.#client.activate();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.deactivate({ force: true });
  }

  /** What throws here or below would end the process: the client awaits neither. */
  async #prepare(): Promise<void> {
    const { identity, times } = this.#options;
    this.#client.reconnectDelay = jittered(times.reconnect);
    try {
      const login = await brokerLogin(identity);
      this.#secrets = login ? [login.login, login.passcode] : [];
      this.#client.connectHeaders = { host: new URL(this.#options.url).hostname, ...login };
      this.#unready = null;
    } catch (error) {
      this.#unready = error as Error;
    }
  }

  #open(): StompSocket {
    const { url, identity, times } = this.#options;
    const unready = this.#unready;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(times.patience)]);
    const dial = (): Promise<Socket> => (unready ? Promise.reject(unready) : dialBroker(url, identity, signal));
    this.#socket = new StompSocket(url, dial, times.patience);
    return this.#socket;
  }

  #subscribe(): void {
    this.#socket?.alive();
    for (const destination of this.#options.destinations) {
      this.#client.subscribe(destination, ({ body }) => {
        this.#socket?.alive();
        this.#toldOf.clear();
        this.#options.onBody(body);
      });
    }
  }

  /** A broker that sends an ERROR closes the connection; where it does not, we do. */
  #refused({ headers, body }: IFrame): void {
    this.#problem(`it answers ${headers['message'] ?? body}`);
    this.#client.forceDisconnect();
  }

  #problem(what: string): void {
    if (this.#closing.signal.aborted || this.#toldOf.has(what)) return;
    this.#toldOf.add(what);
    const harmless = this.#secrets.reduce((text, secret) => text.replaceAll(secret, '<login>'), what);
    this.#options.onProblem(`no messages of FTS from ${this.#options.url}: ${shortText(harmless, 200)}`);
  }
}

/** Give or take half: workers that lost a broker together do not come back together. */
const jittered = (ms: number): number => ms * (0.5 + Math.random());
