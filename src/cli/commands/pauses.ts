import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { operate, untilOption } from './operate.ts';
import { examples } from './task-argument.ts';

interface PauseOptions {
  all?: true;
  reason?: string;
  by?: string;
  until?: string;
  yes?: true;
}

/** `aso pause` and `aso resume`: a task, or everything. */
export function addPauses(program: Command): void {
  addPause(program, 'pause')
    .summary('hold back what is not in FTS yet')
    .description('Holds back what is not in FTS yet: of a task, or of all. What FTS has goes on.')
    .addOption(untilOption())
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('aso pause 261123_101500:alice_crab_x', 'aso pause --all --until 1h --reason "database upgrade"'),
    )
    .action(async (task: string | undefined, options: PauseOptions) => {
      if (!isAll(task, options)) return ofTask(task, 'pauseTask', 'paused');
      await confirm('Nothing more is sent or published, of anybody', options.yes ?? false);
      await operate('pauseAll', signed(options), options.until === undefined ? {} : { until: options.until });
    });
  addPause(program, 'resume')
    .summary('go on after a pause')
    .description('Goes on after a pause. A task that was paused by itself stays so when all are resumed.')
    .addHelpText(
      'after',
      examples('aso resume 261123_101500:alice_crab_x', 'aso resume --all --reason "upgrade is done"'),
    )
    .action(async (task: string | undefined, options: PauseOptions) => {
      if (!isAll(task, options)) return ofTask(task, 'resumeTask', 'goes on');
      await operate('resumeAll', signed(options), {});
    });
}

const addPause = (program: Command, name: string): Command =>
  program
    .command(name)
    .argument('[task]', 'CRAB task name')
    .option('--all', 'everything, in place of a task')
    .option('--reason <text>', 'with --all: why, for those who look at it later')
    .option('--by <name>', 'with --all: who asks');

function isAll(task: string | undefined, { all, reason, until }: PauseOptions): task is undefined {
  if ((task === undefined) !== (all === true))
    throw new CommandError('a task is wanted, or --all, not both', EXIT.badInput);
  if (!all && (reason ?? until) !== undefined)
    throw new CommandError('--reason and --until go with --all', EXIT.badInput);
  return all === true;
}

async function ofTask(task: string, request: 'pauseTask' | 'resumeTask', done: string): Promise<void> {
  await withClient((client, aso) => aso[request](client, task));
  say(`${task}: ${done}`);
}

function signed({ reason, by }: PauseOptions): { reason: string; by?: string } {
  if (reason === undefined) throw new CommandError('--reason is wanted with --all', EXIT.badInput);
  return { reason, ...(by !== undefined && { by }) };
}
