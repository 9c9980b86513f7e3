import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL(`../../cli/main${import.meta.url.slice(-3)}`, import.meta.url));
const run = promisify(execFile);

/** Whoever is on shift: acts only by `aso`, as the runbook says. */
export class Operator {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #say: (line: string) => void;
  readonly #signal: AbortSignal;

  constructor(environment: NodeJS.ProcessEnv, say: (line: string) => void, signal: AbortSignal) {
    this.#environment = environment;
    this.#say = say;
    this.#signal = signal;
  }

  /** Runs `aso` before the audience. @throws Error with what it wrote where it fails */
  aso(...args: string[]): Promise<void> {
    return this.#show(args, () => this.ask(...args));
  }

  /** The same with a command that only looks, and says by its exit status that it found something. */
  look(...args: string[]): Promise<void> {
    const written = (error: { stdout?: string }): string => {
      if (!error.stdout) throw error as Error;
      return error.stdout;
    };
    return this.#show(args, () => this.ask(...args).catch(written));
  }

  /** Runs `aso` and answers what it wrote. @throws Error with what it wrote where it fails */
  async ask(...args: string[]): Promise<string> {
    const env = { ...this.#environment, NO_COLOR: '1', COLUMNS: '140' };
    const { stdout } = await run(process.execPath, [MAIN, ...args], { env, signal: this.#signal, maxBuffer: 2 ** 24 });
    return stdout;
  }

  async #show(args: readonly string[], run: () => Promise<string>): Promise<void> {
    this.#say(`$ aso ${args.map(quoted).join(' ')}`);
    for (const line of (await run()).trimEnd().split('\n')) this.#say(line && `  ${line}`);
  }
}

/** As one would type it. */
const quoted = (word: string): string => (/^[\w./:=,-]+$/.test(word) ? word : `"${word}"`);
