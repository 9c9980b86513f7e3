import { afterAll, beforeAll, describe, expect } from 'vitest';
import { findPython } from '../support/python.ts';
import type { PythonSteps } from './python-client.ts';
import { startPythonWorld, type PythonWorld } from './python-world.ts';

const client = await findPython('fts');
if ('missing' in client) console.warn(`FTS's Python client is not run: ${client.missing}`);

/** A script that has run, and the world in which it did. */
export interface ScriptRun extends Pick<PythonWorld, 'fts' | 'storage'> {
  steps: PythonSteps;
}

const done: PythonSteps[] = [];

/**
 * Tests about one script, which runs before them in a world of its own. Fails where it did a step that no test looked at,
 * and is skipped where the client cannot be had.
 *
 * @param tests get the run, which is there once a test runs
 */
export function scriptSuite(name: string, [script, ...args]: [string, ...string[]], tests: (run: ScriptRun) => void) {
  const suite = 'missing' in client ? describe.skip : describe;
  suite(name, () => {
    const run = {} as ScriptRun;
    beforeAll(async () => {
      if ('missing' in client) return;
      const world = await startPythonWorld(client.python);
      const steps = await world.run(script, ...args).catch(async (error: unknown) => {
        await world.close();
        throw error;
      });
      Object.assign(run, { fts: world.fts, storage: world.storage, steps });
      done.push(steps);
      return async () => {
        await world.close();
        expect(steps.others, `steps of ${script} that no test expects`).toEqual([]);
      };
    }, 180_000);
    tests(run);
  });
}

/** Prints, after all suites of the file, how many steps came to what was expected. */
export function printPassedChecks(): void {
  afterAll(() => {
    const passed = done.reduce((sum, { passed }) => sum + passed, 0);
    console.log(`FTS's Python client, fts3 3.14.2 over TLS: ${passed} checks passed`);
  });
}
