import { EXIT } from './exit-codes.ts';

/** Whether the user wants a command to end by itself, which says what it has done by then. */
export interface Interrupt {
  readonly isOver: () => boolean;
  /** Ctrl-C ends the process again. */
  forget(): void;
}

/** From now on a first Ctrl-C is only noted; a second one ends the process. */
export function noteInterrupt(): Interrupt {
  let interrupted = false;
  const note = (): void => void (interrupted = true);
  process.once('SIGINT', note);
  return { isOver: () => interrupted, forget: () => void process.removeListener('SIGINT', note) };
}

/** Aborted by a first Ctrl-C or SIGTERM: the command then ends in good order; a second one does not wait for that. */
export function endOnSignal(): AbortSignal {
  const abort = new AbortController();
  const end = (): void => (abort.signal.aborted ? process.exit(EXIT.interrupted) : abort.abort());
  process.on('SIGINT', end).on('SIGTERM', end);
  return abort.signal;
}

/** Waits for Ctrl-C or SIGTERM, as {@link endOnSignal} takes them. */
export const untilSignal = (): Promise<void> =>
  new Promise((resolve) => endOnSignal().addEventListener('abort', () => resolve(), { once: true }));
