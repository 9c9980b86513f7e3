import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);

/** What a step of a script came to: what it returned, or the exception of the client. */
type Outcome = { value: unknown } | { raised: string; text: string };

/** The steps of a script under `test/fts/python`, and how many of them came to what was expected. */
export class PythonSteps {
  readonly #outcomes: ReadonlyMap<string, Outcome>;
  readonly #asExpected = new Set<string>();

  private constructor(outcomes: ReadonlyMap<string, Outcome>) {
    this.#outcomes = outcomes;
  }

  /** Runs a script to its end. @throws with its traceback where it fails outside of a step */
  static async run(python: string, script: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<PythonSteps> {
    const path = join(import.meta.dirname, 'python', script);
    const { stdout } = await run(python, [path, ...args], {
      env: { PYTHONDONTWRITEBYTECODE: '1', ...env },
      timeout: 120_000,
    });
    const lines = stdout.split('\n').filter(Boolean);
    const steps = lines.map((line) => JSON.parse(line) as { step: string } & Outcome);
    return new PythonSteps(new Map(steps.map(({ step, ...outcome }) => [step, outcome])));
  }

  /** What a step returned. @throws where it raised, or there is none */
  value<T>(step: string): T {
    const outcome = this.#outcome(step);
    if ('value' in outcome) return outcome.value as T;
    throw new Error(`${step}: raised ${outcome.raised}: ${outcome.text}`);
  }

  /** Expects what steps returned; of objects, what is named. */
  returned(expected: Record<string, unknown>): void {
    for (const [step, value] of Object.entries(expected)) {
      expect(this.#outcome(step), step).toMatchObject({ value });
      this.#asExpected.add(step);
    }
  }

  /** Expects the class and the text of the exceptions that steps raised. */
  raised(expected: Record<string, readonly [exception: string, text: string | RegExp]>): void {
    for (const [step, [raised, text]] of Object.entries(expected)) {
      const form = typeof text === 'string' ? text : (expect.stringMatching(text) as string);
      expect(this.#outcome(step), step).toEqual({ raised, text: form });
      this.#asExpected.add(step);
    }
  }

  get passed(): number {
    return this.#asExpected.size;
  }

  /** Steps that nobody expected anything of, or that came to something else. */
  get others(): string[] {
    return [...this.#outcomes.keys()].filter((step) => !this.#asExpected.has(step));
  }

  #outcome(step: string): Outcome {
    const outcome = this.#outcomes.get(step);
    if (!outcome) throw new Error(`the script has no step "${step}"`);
    return outcome;
  }
}
