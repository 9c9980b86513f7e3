/** What a run is given to end in good order, however it ends. */
export interface Ending {
  /** Aborted by Ctrl-C, by SIGTERM, and when the run is over. */
  signal: AbortSignal;
  /** Notes what has to be undone; the newest is undone first. */
  cleanUp(undo: () => Promise<unknown>): void;
  /** The exit status if it is interrupted from now on. */
  whenInterrupted(status: number): void;
}

const INTERRUPTED = 130;

/**
 * Runs something that Ctrl-C (or SIGTERM) ends, and then undoes what it has noted, however it ends. A second Ctrl-C does not wait
 * for that.
 * @param lastWordsMs how long it may take, once interrupted, to say how far it came; the status is its own then
 * @returns the exit status
 */
export async function runUntilInterrupted(run: (ending: Ending) => Promise<number>, lastWordsMs = 0): Promise<number> {
  const undos: (() => Promise<unknown>)[] = [];
  const abort = new AbortController();
  let status = INTERRUPTED;
  let isOver = false;
  const interrupt = (): void => {
    if (abort.signal.aborted) process.exit(INTERRUPTED);
    abort.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const interrupted = new Promise<number>((resolve) =>
      abort.signal.addEventListener('abort', () => {
        if (lastWordsMs === 0) resolve(status);
        else setTimeout(() => resolve(status), lastWordsMs).unref();
      }),
    );
    const running = run({
      signal: abort.signal,
      // What has been begun before an interrupt may come to its end after it.
      cleanUp: (undo) => void (isOver ? undo().catch(() => undefined) : undos.push(undo)),
      whenInterrupted: (code) => void (status = code),
    });
    // What it says after an interrupt interests nobody.
    running.catch(() => undefined);
    return await Promise.race([running, interrupted]);
  } finally {
    isOver = true;
    abort.abort(new Error('over'));
    for (const undo of undos.reverse()) await undo().catch(() => undefined);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
