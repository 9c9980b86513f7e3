import type { Command } from 'commander';
import { toNumber } from '../option-values.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { stuckText } from './stuck-text.ts';
import { examples } from './task-argument.ts';

interface StuckOptions {
  user?: string;
  query?: string;
  grace: number;
  quiet: number;
  json?: true;
}

/** `aso stuck` */
export function addStuck(program: Command): void {
  program
    .command('stuck')
    .summary('what does not move, why, and what to do')
    .description(
      'Says of all open tasks what does not move, why, since when and for whom, and what to do about it: what holds up the most files first.\n' +
        'The same cause of many tasks is told once.',
    )
    .option('--user <name>', 'only tasks of this user')
    .option('--query <filter>', "only tasks of which a workflow matches this list filter of Temporal's")
    .option('--grace <seconds>', 'tasks on which everything moved within so long are not looked into', toNumber(), 60)
    .option('--quiet <minutes>', 'after how long without a change, where nothing is known to be wrong', toNumber(), 60)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      examples('aso stuck', 'aso stuck --user alice --quiet 10', `aso stuck --json | jq '.[] | .what'`),
    )
    .action(stuck);
}

async function stuck({ user, query, grace, quiet, json }: StuckOptions): Promise<void> {
  const wanted = { ...(user === undefined ? {} : { user }), ...(query === undefined ? {} : { query }) };
  const patience = { graceMs: grace * 1_000, quietMs: quiet * 60_000 };
  const groups = await withClient((client, aso) => aso.findStuck(client, { ...wanted, ...patience }));
  say(json ? JSON.stringify(groups, null, 2) : stuckText(groups, Date.now()));
}
