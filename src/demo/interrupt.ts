/** Notes what has to be undone; the newest is undone first. */
export type CleanUp = (undo: () => Promise<unknown>) => void;

const INTERRUPTED = 130;

/**
 * Runs something that Ctrl-C (or SIGTERM) ends by its signal, and then undoes what it has noted, however it ends. A second Ctrl-C
 * does not wait for that.
 * @returns the exit status
 */
export async function runUntilInterrupted(
  run: (signal: AbortSignal, cleanUp: CleanUp) => Promise<number>,
): Promise<number> {
  const undos: (() => Promise<unknown>)[] = [];
  const abort = new AbortController();
  const interrupt = (): void => {
    if (abort.signal.aborted) process.exit(INTERRUPTED);
    abort.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const interrupted = new Promise<number>((resolve) =>
      abort.signal.addEventListener('abort', () => resolve(INTERRUPTED)),
    );
    const running = run(abort.signal, (undo) => undos.push(undo));
    // What it does after an interrupt interests nobody.
    running.catch(() => undefined);
    return await Promise.race([running, interrupted]);
  } finally {
    abort.abort(new Error('over'));
    for (const undo of undos.reverse()) await undo().catch(() => undefined);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
