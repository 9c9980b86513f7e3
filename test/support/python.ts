import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../scripts/python-venv.mjs');

/**
 * The interpreter of one of the environments that `scripts/python-environments.mjs` describes, made where there is none; or why it cannot
 * be had here.
 *
 * @throws where it cannot be had and `CI` is set: there it has to be
 */
export async function findPython(environment: 'fts' | 'client'): Promise<{ python: string } | { missing: string }> {
  try {
    const { stdout } = await run(process.execPath, [script, environment]);
    return { python: stdout.trim() };
  } catch (error) {
    const { stderr = String(error) } = error as { stderr?: string };
    const missing = stderr.trim().replace(/^.*error: /s, '');
    if (process.env['CI']) throw new Error(`Python must run in CI (${environment}): ${missing}`, { cause: error });
    return { missing };
  }
}
