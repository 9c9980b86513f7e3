import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOwnedProcess, type OwnedProcess } from '../../src/workers/child-process.ts';
import { readImage, ROOT, type Service } from './compose-file.ts';
import type { Instance, NativeNames } from './native-names.ts';

const run = promisify(execFile);
const PATIENCE_MS = 60_000;

/** How a service is started here. */
export interface Launch {
  program: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The command that a container of one of our own services runs, on this machine. @param home an empty folder: nothing is read from, or written to, a user's */
export function launchOf(instance: Instance, service: Service, names: NativeNames, home: string): Launch {
  const { entrypoint, command, environment } = readImage();
  const [program = '', ...first] = entrypoint;
  const variables = Object.entries({ ...environment, ...service.environment });
  return {
    program: program === 'node' ? process.execPath : program,
    args: [...first.map((path) => join(ROOT, path)), ...names.args(instance, service.command ?? command)],
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      ...Object.fromEntries(variables.map(([name, value]) => [name, names.text(instance, value)])),
    },
  };
}

/** A service's container that runs on this machine. */
export class NativeService {
  readonly name: string;
  readonly #process: OwnedProcess;
  readonly #grace: number;

  private constructor(name: string, process: OwnedProcess, graceSeconds: number) {
    this.name = name;
    this.#process = process;
    this.#grace = graceSeconds;
  }

  /** @param log file for all that it writes */
  static async start(
    name: string,
    { program, args, env }: Launch,
    service: Service,
    log: string,
  ): Promise<NativeService> {
    const started = await startOwnedProcess(program, args, { env });
    const file = createWriteStream(log);
    for (const stream of [started.child.stdout, started.child.stderr])
      stream?.on('data', (text: string) => void file.write(text));
    return new NativeService(name, started, Number.parseInt(service.stop_grace_period ?? '10s'));
  }

  /** Waits until its health check holds, as Docker would. @throws Error with what it wrote, where it ends before or is too late */
  async untilHealthy(test: readonly string[]): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      if (this.#process.child.exitCode !== null) throw new Error(`${this.name} has ended:\n${this.#process.output()}`);
      if (await isHealthy(test)) return;
      if (Date.now() > deadline) throw new Error(`${this.name} is not healthy after ${PATIENCE_MS / 1000} s:\n${this.#process.output()}`); // prettier-ignore
      await sleep(200);
    }
  }

  /** SIGTERM, and SIGKILL when its time to stop is over. @returns how it ended, in words */
  async stop(): Promise<string> {
    const start = performance.now();
    await this.#process.stop(this.#grace * 1000);
    const { exitCode, signalCode } = this.#process.child;
    return `${signalCode ?? `exit status ${exitCode}`} after ${((performance.now() - start) / 1000).toFixed(1)} s`;
  }
}

/** Runs a service that ends by itself. @returns what it printed @throws Error with what it said */
export async function runToEnd({ program, args, env }: Launch): Promise<string> {
  const { stdout } = await run(program, args, { env, cwd: ROOT, maxBuffer: 64 * 2 ** 20 });
  return stdout;
}

/** Runs a health check; a look by `wget`, which is in the images of others, is made without it. */
async function isHealthy([, program = '', ...args]: readonly string[]): Promise<boolean> {
  try {
    if (program === 'wget') return (await fetch(args.at(-1) ?? '')).ok;
    await run(program === 'node' ? process.execPath : program, args, { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
