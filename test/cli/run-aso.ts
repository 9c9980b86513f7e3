import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
  seconds: number;
}

/** Runs `aso` as its own process, without a terminal; Temporal is where nobody listens unless the environment says otherwise. */
export async function runAso(
  args: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ended> {
  const start = performance.now();
  const env = { ...cleanEnvironment(), TEMPORAL_ADDRESS: '127.0.0.1:1', ...options.env };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: 'pipe' });
  child.stdin.end(options.input ?? '');
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await closed, out, err, seconds: (performance.now() - start) / 1000 };
}

/** Matches an error that says so in its first line. @param text a regular expression */
export const errorLine = (text: string) => expect.stringMatching(new RegExp(`^error: .*${text}.*\\n`)) as string;

/** The test runner's environment has settings of its own. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ASO_|TEMPORAL_|FORCE_COLOR|CI$|NODE_OPTIONS)/.test(name)),
  );
}
