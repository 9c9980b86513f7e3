import type { Command } from 'commander';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { statusText } from './status-text.ts';

/** `aso status TASK` */
export function addStatus(program: Command): void {
  program
    .command('status')
    .argument('[task]', 'CRAB task name; without it, all tasks are listed')
    .summary('where a task stands')
    .description(
      'Counts of a task by state, per link and per dataset, its failures by class with reasons, what is missing for it to be complete,\n' +
        'and what it waits for outside of Temporal (credentials, FTS, DBS, CRAB, storage) and since when; or a list of the tasks.',
    )
    .option('--json', 'for programs')
    .option('--user <name>', 'list only the tasks of this user')
    .option('--running', 'list only tasks that have not ended')
    .addHelpText('after', '\nExamples:\n  aso status 261123_101500:alice_crab_x\n  aso status --user alice --running')
    .action(status);
}

function status(task: string | undefined, options: { json?: true; user?: string; running?: true }): Promise<void> {
  return task === undefined ? list(options) : showStatus(task, options);
}

/** All that a task says of itself, and what it waits for. */
export async function showStatus(task: string, options: { json?: true } = {}): Promise<void> {
  const [answer, waits, publications] = await withClient(async (client, aso) => {
    const known = await aso.taskStatus(client, task);
    if (known.complete) return [known, [], []] as const;
    return [known, ...(await Promise.all([aso.taskWaits(client, task), aso.taskPublications(client, known)]))] as const;
  });
  if (!options.json) return say(statusText(answer, waits, publications));
  // Names of files are for `aso publish --dry-run`.
  const briefly = publications.map(({ blocks, ...publication }) => ({ ...publication, blocks: blocks.length }));
  say(JSON.stringify({ ...answer, waits, publications: briefly }, null, 2));
}

async function list({ json, user, running }: { json?: true; user?: string; running?: true }): Promise<void> {
  const tasks = await withClient((client, aso) =>
    aso.listTasks(client, { ...(user ? { user } : {}), ...(running ? { running } : {}) }),
  );
  if (json) return say(JSON.stringify(tasks, null, 2));
  if (!tasks.length) return say('no tasks');
  for (const { task, status: state, startedAt } of tasks)
    say(`${state.padEnd(10)} ${startedAt.toISOString().slice(0, 16)}  ${task}`);
}
