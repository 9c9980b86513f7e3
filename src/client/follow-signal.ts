/**
 * Runs something with a signal of its own, aborted when `signal` is. Temporal's client adds a listener to a signal for each call and takes
 * none away: with one that lives as long as the process, every call would stay in memory.
 */
export async function followSignal<T>(signal: AbortSignal, run: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await run(own.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
