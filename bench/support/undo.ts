import type { Ending } from '../../src/demo/interrupt.ts';

/** Runs something that notes what is to be undone; that is done however it ends, the newest first. */
export async function clearedAfter<T>(
  ending: Ending,
  run: (later: (undo: () => Promise<unknown>) => void) => Promise<T>,
): Promise<T> {
  const undos: (() => Promise<unknown>)[] = [];
  const clear = async (): Promise<void> => {
    for (let undo = undos.pop(); undo; undo = undos.pop()) await undo();
  };
  ending.cleanUp(clear);
  try {
    ending.signal.throwIfAborted();
    return await run((undo) => void undos.push(undo));
  } finally {
    await clear();
  }
}
