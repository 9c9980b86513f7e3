import { colors } from './terminal.ts';

/** A state as it shows: good, bad, or waiting for something. */
export function colored(state: string): string {
  if (state === 'DONE') return colors.green(state);
  if (['FAILED', 'KILLED', 'REJECTED'].includes(state)) return colors.red(state);
  return ['RETRY', 'HELD', 'KILL'].includes(state) ? colors.yellow(state) : state;
}
