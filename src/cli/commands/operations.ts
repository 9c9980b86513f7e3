import type { Command } from 'commander';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { journalText } from './rules-text.ts';
import { examples } from './task-argument.ts';

/** `aso operations` */
export function addOperations(program: Command): void {
  program
    .command('operations')
    .summary('who changed which rule, when and why')
    .description(
      'The journal of the operators: what was closed, opened, blocked, chosen, paused; what ended by itself; what breakers did. The last 300.',
    )
    .option('--json', 'for programs: one JSON object a line')
    .addHelpText('after', examples('aso operations'))
    .action(async ({ json }: { json?: true }) => {
      const entries = await withClient((client, aso) => aso.operationsJournal(client));
      if (json) for (const entry of entries) say(JSON.stringify(entry));
      else say(journalText(entries));
    });
}
