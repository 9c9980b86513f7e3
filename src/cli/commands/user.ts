import type { Command } from 'commander';
import { toWhole } from '../option-values.ts';
import { addSigned, operate, untilOption, type SignedOptions } from './operate.ts';
import { usersText } from './rules-text.ts';
import { addList } from './site.ts';
import { examples } from './task-argument.ts';

const USER = ['<user>', 'CRAB user name'] as const;

/** `aso user` */
export function addUser(program: Command): void {
  const user = program
    .command('user')
    .summary('block users, set their priority')
    .description('What operators have decided about users.');

  addSigned(user.command('block').argument(...USER))
    .summary('send and publish nothing of a user')
    .description(
      'Blocks a user: nothing that is not in FTS or on its way into DBS yet is sent or published. What FTS has goes on.',
    )
    .addOption(untilOption())
    .addHelpText('after', examples('aso user block mallory --until 1d --reason "flood of one-byte files"'))
    .action((name: string, options: SignedOptions & { until?: string }) =>
      operate('blockUser', options, { user: name, ...(options.until !== undefined && { until: options.until }) }),
    );

  addSigned(user.command('unblock').argument(...USER))
    .summary('send and publish again')
    .description('Takes a block back: what waits goes on within 30 s.')
    .addHelpText('after', examples('aso user unblock mallory --reason "talked to them"'))
    .action((name: string, options: SignedOptions) => operate('unblockUser', options, { user: name }));

  addSigned(
    user
      .command('priority')
      .argument(...USER)
      .argument('<priority>', '1 to 5, 5 goes first; or default', priority),
  )
    .summary("set FTS's priority of a user's copies")
    .description(
      "Sets FTS's priority of a user's copies, also of those that FTS has already. The priority of a task goes before it. With default, what\n" +
        'is sent from now on has the configured one.',
    )
    .addHelpText('after', examples('aso user priority alice 5 --reason "conference"'))
    .action((name: string, value: number | null, options: SignedOptions) =>
      operate('setPriority', options, { user: name, priority: value }),
    );

  addList(user, 'users that are blocked, or have a priority', usersText);
}

function priority(text: string): number | null {
  if (text === 'default') return null;
  return toWhole(1, 5, 'or default')(text);
}
