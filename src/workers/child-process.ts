import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendOutput } from './append-output.ts';

/** A process of ours that cannot outlive us. */
export interface OwnedProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The last lines it wrote, for the error that says why it ended. */
  output(): string;
  /** Asks it to end, insists after `graceMs`; returns when it has ended. */
  stop(graceMs?: number): Promise<void>;
}

export interface OwnedProcessOptions {
  /** @default ours */
  env?: NodeJS.ProcessEnv;
  /** Another user that it runs as; only root may say so. @default ours */
  user?: { uid: number; gid: number } | null;
  /** What asks it to end. @default SIGTERM */
  ask?: NodeJS.Signals;
  /** What ends it where it was asked in vain, or where we end: another than SIGKILL where it has to clear up. @default SIGKILL */
  insist?: NodeJS.Signals;
  /** File to which all that it writes is appended; of a long one the newest part is kept. @default none */
  log?: string | null;
}

/** Lines kept for `output`. */
const TAIL = 20;

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches us first and we decide when it ends,
 * and ends it with this process, however this process ends.
 */
export async function startOwnedProcess(
  command: string,
  args: readonly string[],
  { env = process.env, user = null, ask = 'SIGTERM', insist = 'SIGKILL', log = null }: OwnedProcessOptions = {},
): Promise<OwnedProcess> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...user });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter(Boolean));
      lines.splice(0, lines.length - TAIL);
    });
  }
  await once(child, 'spawn');
  if (log !== null) appendOutput(child, log);
  const pid = child.pid as number;
  // One that is frozen heeds no signal but SIGKILL before it goes on.
  const kill = (): boolean => child.kill(insist) && child.kill('SIGCONT');
  process.on('exit', kill);
  const guard = startGuard(pid, insist);
  child.once('exit', () => {
    process.off('exit', kill);
    guard?.kill('SIGKILL');
  });
  return {
    pid,
    child,
    output: () => lines.join('\n'),
    async stop(graceMs = 5_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(ask);
      const insisting = setTimeout(kill, graceMs);
      await ended;
      clearTimeout(insisting);
    },
  };
}

/**
 * Watches over `pid` for the one case that `exit` does not see, this process being killed: the guard's standard
 * input is a pipe that closes with us. It ends itself with `pid`, so a reused pid is never hit.
 */
function startGuard(pid: number, signal: NodeJS.Signals): ChildProcess | null {
  if (process.platform === 'win32') return null;
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -${signal.slice(3)} ${pid}; kill -CONT ${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin?.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return guard;
}
