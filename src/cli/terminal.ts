import { createColors } from 'picocolors';

/** Whether somebody looks at the output: only then colours and progress bars. */
export const isTerminal = (): boolean => process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';

/** Colours, or none: not on a terminal, or the user does not want them (https://no-color.org). */
export const colors = createColors(isTerminal() && !process.env['NO_COLOR']);

/** A line of a command's result. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A line for the user beside the result. */
export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What others wrote, safe to print: control characters may move the cursor or colour the terminal. */
export const printable = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (character) => (character === '\n' ? ' ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)); // prettier-ignore

/** `1 file`, `2 files`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
