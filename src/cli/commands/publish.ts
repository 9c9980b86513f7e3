import type { Command } from 'commander';
import { actOn } from '../bulk/act.ts';
import { addScope, type ScopeOptions } from '../bulk/scope.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { planText } from './publications-text.ts';
import { addSelection, toSelection, type SelectionOptions } from './select.ts';
import { examples, SOME_TASK } from './task-argument.ts';

interface PublishOptions extends SelectionOptions, ScopeOptions {
  now?: true;
  json?: true;
}

/** `aso publish TASK` */
export function addPublish(program: Command): void {
  addScope(addSelection(program.command('publish').argument(...SOME_TASK)))
    .summary('ask for the publication of files in DBS')
    .description(
      "Asks for the publication of a task's output files, as CRAB does when a job is done: all of them, or those of some jobs.\n" +
        'With --now it asks for nothing new: what waits for a block to fill leaves at once. With --dry-run, of one task, it shows the blocks that would be sent.',
    )
    .option('--now', 'let partial blocks leave at once')
    .option('--json', 'with --dry-run: for programs')
    .addHelpText(
      'after',
      examples(
        'aso publish 261123_101500:alice_crab_x',
        'aso publish 261123_101500:alice_crab_x --jobs 1,2',
        'aso publish 261123_101500:alice_crab_x --dry-run',
        'aso publish 261123_101500:alice_crab_x --now',
        'aso publish --user alice --now',
      ),
    )
    .action(publish);
}

function publish(task: string | undefined, options: PublishOptions): Promise<void> {
  if (task !== undefined && options.dryRun) return showPlan(task, options);
  const selection = toSelection(options);
  const request = { ...selection, ...(options.now ? { now: true } : {}) };
  const did = options.now ? 'to leave at once' : 'to be published when their jobs are complete';
  return actOn(task, options, {
    ...{ act: 'publish', selection, will: options.now ? 'published at once' : 'published', did },
    ask: (aso, client, name) => aso.requestPublication(client, name, request),
  });
}

async function showPlan(task: string, { json }: PublishOptions): Promise<void> {
  const publications = await withClient(async (client, aso) =>
    aso.taskPublications(client, await aso.taskStatus(client, task)),
  );
  say(json ? JSON.stringify(publications, null, 2) : planText(publications));
}
