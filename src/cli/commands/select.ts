import { Option, type Command } from 'commander';
import type { Selection, SelectionAnswer } from '../../contract/messages.ts';
import { counted, printable, say } from '../terminal.ts';

/** Options of commands about some files of a task. */
export interface SelectionOptions {
  files?: string[];
  jobs?: string[];
}

const collect = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(/[,\s]+/).filter((part) => part !== ''),
];

/** Adds `--files` and `--jobs` to a command. */
export function addSelection(command: Command): Command {
  return command
    .addOption(new Option('--files <ids>', "only these files: CRAB's ids, separated by commas; may be repeated").argParser(collect)) // prettier-ignore
    .addOption(new Option('--jobs <ids>', "only these jobs: CRAB's job ids, separated by commas; may be repeated").argParser(collect)); // prettier-ignore
}

/** The selection that the options make; everything where there are none. */
export const toSelection = ({ files, jobs }: SelectionOptions): Selection => ({
  ...(files ? { files } : {}),
  ...(jobs ? { jobs } : {}),
});

/** Says what a task did with the files it was asked about. */
export function tellSelection(answer: SelectionAnswer, did: string): void {
  say(`${counted(answer.files, 'file')} ${did}`);
  for (const { reason, files } of answer.ignored) say(`${counted(files, 'file')} left alone: ${printable(reason)}`);
}
