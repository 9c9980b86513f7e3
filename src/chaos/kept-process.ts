import { setTimeout as sleep } from 'node:timers/promises';

/** A process that somebody started. */
export interface Launched {
  readonly pid: number;
  /** Asks it to end, and insists. */
  stop(): Promise<void>;
}

/** Between a process' end and the next one, and between two looks for whether it lives, milliseconds. */
const LOOK_MS = 250;

/** A process that is started again whenever it ends, as a supervisor would, unless it is meant to be down. */
export class KeptProcess {
  readonly #launch: () => Promise<Launched>;
  readonly #tell: (event: string) => void;
  #current: Launched | null = null;
  #isDown = false;
  #closed = false;
  #keeping: Promise<void> = Promise.resolve();
  /** How often it was started. */
  starts = 0;

  private constructor(launch: () => Promise<Launched>, tell: (event: string) => void) {
    this.#launch = launch;
    this.#tell = tell;
  }

  /** Starts it and keeps it up. @throws where it does not even start once */
  static async start(launch: () => Promise<Launched>, tell: (event: string) => void): Promise<KeptProcess> {
    const kept = new KeptProcess(launch, tell);
    await kept.#start();
    kept.#keeping = kept.#keep();
    return kept;
  }

  get pid(): number {
    return this.#current?.pid ?? 0;
  }

  /** Sends it a signal. False where it is not there. */
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): boolean {
    try {
      return this.#current !== null && process.kill(this.#current.pid, name);
    } catch {
      return false;
    }
  }

  /** It is not started again until {@link rise}. */
  stayDown(): void {
    this.#isDown = true;
  }

  rise(): void {
    this.#isDown = false;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#closed = true;
    this.signal('SIGCONT');
    await this.#keeping;
    await this.#current?.stop();
  }

  async #start(): Promise<void> {
    this.starts += 1;
    this.#current = await this.#launch();
  }

  async #keep(): Promise<void> {
    while (!this.#closed) {
      await sleep(LOOK_MS);
      if (this.#isDown || this.#closed || this.#isAlive()) continue;
      try {
        await this.#start();
      } catch (error) {
        this.#tell(`did not start: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
      }
    }
  }

  #isAlive(): boolean {
    try {
      return process.kill(this.pid || 2 ** 30, 0);
    } catch {
      return false;
    }
  }
}
