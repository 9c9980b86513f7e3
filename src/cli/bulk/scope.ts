import { Option, type Command } from 'commander';
import type { SurveyOptions } from '../../client/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';

/** Which tasks a command is about, where it is not about one by name. */
export interface ScopeOptions {
  query?: string;
  user?: string;
  all?: true;
  source?: string[];
  destination?: string[];
  yes?: true;
  dryRun?: true;
}

/** Adds the options that choose tasks, and those about asking first. */
export const addScope = (command: Command): Command =>
  addTaskChoice(command).addOption(
    new Option('--all', 'without a task: all that have not ended').conflicts(['query', 'user']),
  );

/** The same where `--all` means something else. */
export const addTaskChoice = (command: Command): Command =>
  command
    .option('--query <filter>', "without a task: tasks of which a workflow matches this list filter of Temporal's")
    .option('--user <name>', 'without a task: those of this user')
    .option('--dry-run', 'only say what it would be about')
    .option('--yes', 'without a task: do not ask whether to go on');

/**
 * The tasks that are meant; null for the one that is named.
 * @throws CommandError where that is not clear
 */
export function scopeOf(task: string | undefined, options: ScopeOptions, wholeTasks = false): SurveyOptions | null {
  const { query, user, all, source, destination } = options;
  const sites = source !== undefined || destination !== undefined;
  const many = query !== undefined || user !== undefined || all === true;
  if (task !== undefined) {
    if (many) throw new CommandError('a task and --query, --user or --all: which of them?', EXIT.badInput);
    if (wholeTasks && sites) throw new CommandError('it is about a whole task: name no sites', EXIT.badInput);
    return null;
  }
  if (!many && !sites)
    throw new CommandError('name a task, or say which: --source, --destination, --user, --query or --all', EXIT.badInput); // prettier-ignore
  return { ...(query === undefined ? {} : { query }), ...(user === undefined ? {} : { user }) };
}
