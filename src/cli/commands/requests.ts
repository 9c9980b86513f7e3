import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import type { RetryRequest } from '../../contract/messages.ts';
import { actOn } from '../bulk/act.ts';
import { addScope, type ScopeOptions } from '../bulk/scope.ts';
import { toWhole } from '../option-values.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { addPauses } from './pauses.ts';
import { addPublish } from './publish.ts';
import { addSelection, addSites, toSelection, type SelectionOptions } from './select.ts';
import { examples, SOME_TASK, TASK } from './task-argument.ts';

type Options = SelectionOptions & ScopeOptions;

/** The commands that ask tasks for something: publish, cancel, retry, priority, pause, resume; and close, which is about one. */
export function addRequests(program: Command): void {
  addPublish(program);
  addCancel(program);
  addRetry(program);
  addPriority(program);
  addClose(program);
  addPauses(program);
}

function addCancel(program: Command): void {
  addScope(addSelection(program.command('cancel').argument(...SOME_TASK)))
    .summary('cancel transfers, down to FTS')
    .description(
      'Cancels the transfers of a task, or of some of its files; or of many tasks, after showing which. What has arrived already stays.',
    )
    .requiredOption('--reason <text>', 'why, for those who look at the task later')
    .addHelpText(
      'after',
      examples(
        'aso cancel 261123_101500:alice_crab_x --jobs 12 --reason "wrong input"',
        'aso cancel --user alice --reason "as she asked" --dry-run',
        'aso cancel --destination T2_XX_Gone --reason "the site is gone" --yes',
      ),
    )
    .action((task: string | undefined, options: Options & { reason: string }) => {
      const selection = toSelection(options);
      const request = { ...selection, reason: options.reason, by: userInfo().username };
      return actOn(task, options, {
        ...{ act: 'cancel', selection, will: 'cancelled', did: 'being cancelled' },
        ask: (aso, client, name) => aso.cancelTask(client, name, request),
      });
    });
}

function addRetry(program: Command): void {
  addScope(addSelection(program.command('retry').argument(...SOME_TASK)))
    .summary('try failed files again')
    .description('Tries transfers and publications again that failed: of a task, or of many, after showing which.')
    .addOption(new Option('--what <what>', 'only one of the two').choices(['transfer', 'publication']))
    .addHelpText(
      'after',
      examples(
        'aso retry 261123_101500:alice_crab_x --what publication',
        'aso retry --destination T2_CH_CERN --class space --dry-run',
      ),
    )
    .action((task: string | undefined, options: Options & Pick<RetryRequest, 'what'>) => {
      const selection = toSelection(options);
      const request: RetryRequest = { ...selection, ...(options.what ? { what: options.what } : {}) };
      return actOn(task, options, {
        ...{ act: 'retry', selection, will: 'tried again', did: 'to be tried again' },
        ask: (aso, client, name) => aso.retryTask(client, name, request),
      });
    });
}

function addPriority(program: Command): void {
  addScope(addSites(program.command('priority').argument('<priority>', '1 to 5; 5 goes first', toWhole(1, 5))))
    .argument(...SOME_TASK)
    .summary("change FTS's priority of a task's transfers")
    .description(
      "Gives all transfers of a task that are not final another priority in FTS, also those that FTS has. It goes before the user's own.",
    )
    .addHelpText('after', examples('aso priority 5 261123_101500:alice_crab_x', 'aso priority 1 --user alice'))
    .action((priority: number, task: string | undefined, options: Options) =>
      actOn(task, options, {
        ...{
          act: 'priority',
          selection: toSelection(options),
          wholeTasks: true,
          will: `given priority ${priority}`,
          did: `of priority ${priority} from now on`,
        },
        ask: (aso, client, name) => aso.setTaskPriority(client, name, { priority }),
      }),
    );
}

function addClose(program: Command): void {
  program
    .command('close')
    .argument(...TASK)
    .summary('say that no more job outputs come')
    .description('Says that no more job outputs come.')
    .addHelpText('after', examples('aso close 261123_101500:alice_crab_x'))
    .action(async (task: string) => {
      await withClient((client, aso) => aso.closeTask(client, task));
      say(`${task}: closed: it ends when all its files are final`);
    });
}
