/** Calls `leave` when the user presses q or Ctrl-C. @returns gives the keyboard back */
export function untilLeft(leave: () => void): () => void {
  const { stdin } = process;
  if (stdin.isTTY !== true) return () => undefined;
  const onKey = (data: Buffer): void => {
    if (/[qQ\u0003\u0004]/.test(data.toString())) leave();
  };
  stdin.setRawMode(true);
  stdin.on('data', onKey);
  stdin.resume();
  return () => {
    stdin.off('data', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
