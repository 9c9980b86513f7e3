import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What a figure depends on besides the code. */
export interface Machine {
  cores: number;
  processor: string;
  memoryGiB: number;
  node: string;
}

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export const machine = (): Machine => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() || 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

/** The commit that is checked out, with a `+` where files differ from it; null outside of a repository. */
export function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short=10', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') && '+');
  } catch {
    return null;
  }
}
