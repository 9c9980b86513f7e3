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
