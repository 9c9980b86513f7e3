import type { Command } from 'commander';
import { actOn } from '../bulk/act.ts';
import { addTaskChoice, type ScopeOptions } from '../bulk/scope.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { operate, untilOption } from './operate.ts';
import { addSites, toSelection } from './select.ts';
import { examples, SOME_TASK } from './task-argument.ts';

interface PauseOptions extends ScopeOptions {
  reason?: string;
  by?: string;
  until?: string;
}

/** `aso pause` and `aso resume`: a task, many tasks, or everything. */
export function addPauses(program: Command): void {
  addPause(program, 'pause')
    .summary('hold back what is not in FTS yet')
    .description('Holds back what is not in FTS yet: of a task, of many, or of all. What FTS has goes on.')
    .addOption(untilOption())
    .addHelpText(
      'after',
      examples('aso pause 261123_101500:alice_crab_x', 'aso pause --all --until 1h --reason "database upgrade"'),
    )
    .action(async (task: string | undefined, options: PauseOptions) => {
      if (!isAll(task, options)) return ofTasks(task, options, { act: 'pause', will: 'paused', did: 'paused' });
      const request = options.until === undefined ? {} : { until: options.until };
      const text = 'Nothing more is sent or published, of anybody';
      await operate('pauseAll', signed(options), request, { text, yes: options.yes });
    });
  addPause(program, 'resume')
    .summary('go on after a pause')
    .description('Goes on after a pause. A task that was paused by itself stays so when all are resumed.')
    .addHelpText(
      'after',
      examples('aso resume 261123_101500:alice_crab_x', 'aso resume --all --reason "upgrade is done"'),
    )
    .action(async (task: string | undefined, options: PauseOptions) => {
      if (!isAll(task, options)) return ofTasks(task, options, { act: 'resume', will: 'resumed', did: 'goes on' });
      await operate('resumeAll', signed(options), {});
    });
}

const addPause = (program: Command, name: string): Command =>
  addTaskChoice(addSites(program.command(name).argument(...SOME_TASK)))
    .option('--all', 'everything, whatever task it is of')
    .option('--reason <text>', 'with --all: why, for those who look at it later')
    .option('--by <name>', 'with --all: who asks');

function isAll(task: string | undefined, options: PauseOptions): boolean {
  const { all, reason, until, query, user, source, destination } = options;
  const some = [task, query, user, source, destination].some((given) => given !== undefined);
  if (some === (all === true))
    throw new CommandError(
      'a task is wanted, or --all, not both; or say which tasks: --source, --destination, --user, --query',
      EXIT.badInput,
    );
  if (!all && (reason ?? until) !== undefined)
    throw new CommandError('--reason and --until go with --all', EXIT.badInput);
  return all === true;
}

function ofTasks(
  task: string | undefined,
  options: PauseOptions,
  request: { act: 'pause' | 'resume'; will: string; did: string },
): Promise<void> {
  return actOn(task, options, {
    ...{ ...request, selection: toSelection(options), wholeTasks: true },
    ask: (aso, client, name) => (request.act === 'pause' ? aso.pauseTask : aso.resumeTask)(client, name),
  });
}

function signed({ reason, by }: PauseOptions): { reason: string; by?: string } {
  if (reason === undefined) throw new CommandError('--reason is wanted with --all', EXIT.badInput);
  return { reason, ...(by !== undefined && { by }) };
}
