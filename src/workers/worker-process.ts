import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startOwnedProcess, type OwnedProcess } from './child-process.ts';
import { READY_LINE } from './ready-line.ts';

const READY_WITHIN_MS = 60_000;

interface WorkerLog {
  log?: string | null;
}

/** A worker as its own process, `aso worker`, so that it can be killed and replaced. */
export class WorkerProcess {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: string | null;
  readonly #failure = Promise.withResolvers<never>();
  #current: OwnedProcess | null = null;
  /** The process that is meant to end. */
  #ending: OwnedProcess | null = null;

  private constructor(environment: NodeJS.ProcessEnv, log: string | null) {
    this.#environment = environment;
    this.#log = log;
    this.#failure.promise.catch(() => undefined);
  }

  /**
   * Starts a worker. Returns when it polls.
   * @param log file to which all that it and its successors write is appended
   * @throws Error with what it wrote, where it ends before that
   */
  static async start(environment: NodeJS.ProcessEnv, { log = null }: WorkerLog = {}): Promise<WorkerProcess> {
    const worker = new WorkerProcess(environment, log);
    await worker.#start();
    return worker;
  }

  /** Rejects when the worker ends without having been told to. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  get pid(): number {
    return this.#current?.pid ?? 0;
  }

  /** Kills it with SIGKILL. */
  async kill(): Promise<void> {
    const worker = this.#current;
    if (!worker) return;
    this.#ending = worker;
    const ended = once(worker.child, 'exit');
    worker.child.kill('SIGKILL');
    await ended;
  }

  /** Starts another after a kill. Returns when it polls. */
  restart(): Promise<void> {
    return this.#start();
  }

  async stop(): Promise<void> {
    this.#ending = this.#current;
    await this.#current?.stop();
  }

  async #start(): Promise<void> {
    const main = fileURLToPath(new URL(`../cli/main${import.meta.url.slice(-3)}`, import.meta.url));
    const worker = await startOwnedProcess(process.execPath, [main, 'worker'], {
      env: this.#environment,
      log: this.#log,
    });
    this.#current = worker;
    worker.child.once('exit', () => {
      if (this.#ending !== worker) this.#failure.reject(new Error(`the worker ended by itself:\n${worker.output()}`));
    });
    const ready = new Promise<void>((resolve) =>
      worker.child.stderr?.on('data', (text: string) => text.includes(READY_LINE) && resolve()),
    );
    const late = AbortSignal.timeout(READY_WITHIN_MS);
    const tooLate = once(late, 'abort').then(() => {
      throw new Error(`the worker was not ready after ${READY_WITHIN_MS / 1000} s:\n${worker.output()}`);
    });
    tooLate.catch(() => undefined);
    await Promise.race([ready, tooLate, this.failed]);
  }
}
