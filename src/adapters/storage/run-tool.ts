import { spawn } from 'node:child_process';

/** How a program ended. */
export interface ToolRun {
  /** Exit code; null where it was killed for taking too long. */
  code: number | null;
  /** The end of what it wrote, both channels together. */
  text: string;
}

/** Characters of output that are kept: the last ones tell why a program failed. */
const KEPT_OUTPUT = 16 * 1024;

/**
 * Runs a program without a shell; it and what it has started are killed when its time is up.
 * @param timeoutMs milliseconds
 * @throws the operating system's error where it cannot be started
 */
export function runTool(
  path: string,
  args: readonly string[],
  { env, timeoutMs }: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that it can be ended with its children.
    const child = spawn(path, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let isLate = false;
    const keep = (chunk: string): void => void (text = (text + chunk).slice(-KEPT_OUTPUT));
    for (const channel of [child.stdout, child.stderr]) channel.setEncoding('utf8').on('data', keep);
    const timer = setTimeout(() => {
      isLate = true;
      if (child.pid !== undefined) killGroup(child.pid);
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: isLate ? null : code, text });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
