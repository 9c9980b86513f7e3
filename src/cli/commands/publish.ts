import { Option, type Command } from 'commander';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { planText } from './publications-text.ts';
import { addSelection, tellSelection, toSelection, type SelectionOptions } from './select.ts';
import { examples, TASK } from './task-argument.ts';

interface PublishOptions extends SelectionOptions {
  now?: true;
  dryRun?: true;
  json?: true;
}

/** `aso publish TASK` */
export function addPublish(program: Command): void {
  addSelection(program.command('publish').argument(...TASK))
    .summary('ask for the publication of files in DBS')
    .description(
      "Asks for the publication of a task's output files, as CRAB does when a job is done: all of them, or those of some jobs.\n" +
        'With --now it asks for nothing new: what waits for a block to fill leaves at once.',
    )
    .option('--now', 'let partial blocks leave at once')
    .addOption(new Option('--dry-run', 'only show the blocks that would be sent').conflicts(['now', 'files', 'jobs']))
    .option('--json', 'with --dry-run: for programs')
    .addHelpText(
      'after',
      examples(
        'aso publish 261123_101500:alice_crab_x',
        'aso publish 261123_101500:alice_crab_x --jobs 1,2',
        'aso publish 261123_101500:alice_crab_x --dry-run',
        'aso publish 261123_101500:alice_crab_x --now',
      ),
    )
    .action(publish);
}

async function publish(task: string, options: PublishOptions): Promise<void> {
  if (options.dryRun) return showPlan(task, options);
  const request = { ...toSelection(options), ...(options.now ? { now: true } : {}) };
  const answer = await withClient((client, aso) => aso.requestPublication(client, task, request));
  tellSelection(answer, options.now ? 'to leave at once' : 'to be published when their jobs are complete');
}

async function showPlan(task: string, { json }: PublishOptions): Promise<void> {
  const publications = await withClient(async (client, aso) =>
    aso.taskPublications(client, await aso.taskStatus(client, task)),
  );
  say(json ? JSON.stringify(publications, null, 2) : planText(publications));
}
