import type { Socket } from 'node:net';
import { StompSocketState, type IStompSocket } from '@stomp/stompjs';

/** Bytes of one frame at most: far above what FTS sends, and a bound for whatever else is at the other end. */
const LONGEST_FRAME = 1024 * 1024;

/**
 * A TCP or TLS connection in the shape of a WebSocket, on which the STOMP client works. The client collects a frame for as long as it
 * takes, so that bounds are kept here: of bytes between two signs of life, and of the time until the first one.
 */
export class StompSocket implements IStompSocket {
  readonly url: string;
  onopen: IStompSocket['onopen'] = null;
  onmessage: IStompSocket['onmessage'] = null;
  onerror: IStompSocket['onerror'] = null;
  onclose: IStompSocket['onclose'] = null;
  readonly #deadline: NodeJS.Timeout;
  #state = StompSocketState.CONNECTING;
  #stream: Socket | null = null;
  /** Bytes since the last sign of life. */
  #collected = 0;

  /** @param open makes the connection; `patienceMs` is for that and for the broker's first frame together */
  constructor(url: string, open: () => Promise<Socket>, patienceMs: number) {
    this.url = url;
    this.#deadline = setTimeout(() => this.#fail(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs);
    this.#deadline.unref();
    open().then(
      (stream) => this.#opened(stream),
      (error: Error) => this.#fail(error),
    );
  }

  get readyState(): number {
    return this.#state;
  }

  /** The client has read a frame or a heart-beat to its end. */
  alive(): void {
    clearTimeout(this.#deadline);
    this.#collected = 0;
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (this.#state !== StompSocketState.OPEN) return;
    // The client sends text only, unless it is told otherwise.
    this.#stream?.write(data as string);
  }

  /** Sends what is under way, then ends. */
  close(): void {
    if (this.#stream) this.#stream.destroySoon();
    else this.#closed();
  }

  /** Ends at once. */
  terminate(): void {
    this.#stream?.destroy();
    this.#closed();
  }

  #opened(stream: Socket): void {
    if (this.#state === StompSocketState.CLOSED) return void stream.destroy();
    this.#stream = stream;
    this.#state = StompSocketState.OPEN;
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', (error) => this.#fail(error));
    stream.on('close', () => this.#closed());
    this.onopen?.();
  }

  #read(chunk: Buffer): void {
    if (this.#state !== StompSocketState.OPEN) return;
    this.#collected += chunk.length;
    if (this.#collected > LONGEST_FRAME) return this.#fail(new Error(`a frame of over ${LONGEST_FRAME} bytes`));
    this.onmessage?.({ data: new Uint8Array(chunk).buffer });
  }

  #fail(error: Error): void {
    if (this.#state === StompSocketState.CLOSED) return;
    this.onerror?.(error);
    this.terminate();
  }

  #closed(): void {
    if (this.#state === StompSocketState.CLOSED) return;
    this.#state = StompSocketState.CLOSED;
    clearTimeout(this.#deadline);
    this.onclose?.({});
  }
}
