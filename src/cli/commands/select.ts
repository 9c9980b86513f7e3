import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Selection, SelectionAnswer } from '../../contract/messages.ts';
import { FAILURE_CLASSES, type FailureClass } from '../../domain/failure-classes.ts';
import { counted, printable, say } from '../terminal.ts';

/** Options of commands about some files of a task. */
export interface SelectionOptions {
  files?: string[];
  jobs?: string[];
  class?: FailureClass[];
  source?: string[];
  destination?: string[];
}

const collect = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(/[,\s]+/).filter((part) => part !== ''),
];

function collectClasses(text: string, before?: string[]): string[] {
  const names = collect(text);
  const unknown = names.find((name) => !(FAILURE_CLASSES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Allowed are ${FAILURE_CLASSES.join(', ')}.`);
  return [...(before ?? []), ...names];
}

const MORE = 'separated by commas; may be repeated';

/** Adds the options that choose files: by id, by job, by what they failed for, by site. */
export function addSelection(command: Command): Command {
  return addSites(command)
    .addOption(new Option('--file, --files <ids>', `only these files: CRAB's ids, ${MORE}`).argParser(collect))
    .addOption(new Option('--job, --jobs <ids>', `only these jobs: CRAB's job ids, ${MORE}`).argParser(collect))
    .addOption(
      new Option('--class <names>', `only files that failed, or wait for another attempt, for this reason, ${MORE}`).argParser(collectClasses), // prettier-ignore
    );
}

/** Adds the options that choose by site. */
export const addSites = (command: Command): Command =>
  command
    .addOption(new Option('--source <sites>', `only files from these sites, ${MORE}`).argParser(collect))
    .addOption(new Option('--destination <sites>', `only files to these sites, ${MORE}`).argParser(collect));

/** The selection that the options make; everything where there are none. */
export const toSelection = (options: SelectionOptions): Selection => ({
  ...(options.files ? { files: options.files } : {}),
  ...(options.jobs ? { jobs: options.jobs } : {}),
  ...(options.class ? { classes: options.class } : {}),
  ...(options.source ? { sources: options.source } : {}),
  ...(options.destination ? { destinations: options.destination } : {}),
});

/** Says what was done with the files that were meant, and what was not and why. */
export function tellSelection(answer: SelectionAnswer, did: string): void {
  say(`${counted(answer.files, 'file')} ${did}`);
  for (const { reason, files } of answer.ignored)
    say(files === 0 ? printable(reason) : `${counted(files, 'file')} left alone: ${printable(reason)}`);
}
