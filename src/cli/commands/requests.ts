import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import type { RetryRequest } from '../../contract/messages.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { addPauses } from './pauses.ts';
import { addPublish } from './publish.ts';
import { addSelection, tellSelection, toSelection, type SelectionOptions } from './select.ts';
import { examples, TASK } from './task-argument.ts';

/** The commands that ask a task for something: publish, cancel, retry, close, pause, resume. */
export function addRequests(program: Command): void {
  addPublish(program);

  addSelection(program.command('cancel').argument(...TASK))
    .summary('cancel transfers, down to FTS')
    .description('Cancels the transfers of a task, or of some of its jobs or files. What has arrived already stays.')
    .requiredOption('--reason <text>', 'why, for those who look at the task later')
    .addHelpText('after', examples('aso cancel 261123_101500:alice_crab_x --jobs 12 --reason "wrong input"'))
    .action(async (task: string, options: SelectionOptions & { reason: string }) => {
      const request = { ...toSelection(options), reason: options.reason, by: userInfo().username };
      tellSelection(await withClient((client, aso) => aso.cancelTask(client, task, request)), 'being cancelled');
    });

  addSelection(program.command('retry').argument(...TASK))
    .summary('try failed or killed files again')
    .description('Tries files again that failed or were killed, and publications that failed.')
    .addOption(new Option('--what <what>', 'only one of the two').choices(['transfer', 'publication']))
    .addHelpText('after', examples('aso retry 261123_101500:alice_crab_x --what publication'))
    .action(async (task: string, options: SelectionOptions & Pick<RetryRequest, 'what'>) => {
      const request: RetryRequest = { ...toSelection(options), ...(options.what ? { what: options.what } : {}) };
      tellSelection(await withClient((client, aso) => aso.retryTask(client, task, request)), 'to be tried again');
    });

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

  addPauses(program);
}
