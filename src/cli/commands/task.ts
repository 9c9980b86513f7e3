import type { Command } from 'commander';
import type { SurveyedTask } from '../../client/index.ts';
import type { TaskStatus } from '../../contract/messages.ts';
import { stageOutId } from '../../contract/ids.ts';
import { durationText } from '../duration.ts';
import { tableText } from '../table.ts';
import { colors, printable, say, warn } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { showStatus } from './status.ts';
import { stuckText } from './stuck-text.ts';
import { examples, TASK } from './task-argument.ts';

interface ListOptions {
  user?: string;
  query?: string;
  json?: true;
}

/** `aso task list` and `aso task show` */
export function addTask(program: Command): void {
  const task = program
    .command('task')
    .summary('open tasks and where they stand; all about one')
    .description('Open tasks and where they stand; all about one.');
  task
    .command('list', { isDefault: true })
    .summary('open tasks and where they stand')
    .description('Asks every open task where it stands; one that does not answer is listed as such.')
    .option('--user <name>', 'only tasks of this user')
    .option('--query <filter>', "only tasks of which a workflow matches this list filter of Temporal's")
    .option('--json', 'for programs: one JSON object a line')
    .addHelpText('after', examples('aso task list', 'aso task list --user alice'))
    .action(list);
  task
    .command('show')
    .argument(...TASK)
    .summary('all about one task')
    .description(
      'Whose it is and since when, both stages by link and dataset, failures with reasons, what it waits for (as aso status), and\n' +
        'what of it is stuck, with what to do.',
    )
    .addHelpText('after', examples('aso task show 261123_101500:alice_crab_x'))
    .action(show);
}

async function show(task: string): Promise<void> {
  await showStatus(task);
  const query = `WorkflowId = ${JSON.stringify(stageOutId(task))}`;
  const groups = await withClient((client, aso) => aso.findStuck(client, { query }));
  if (groups.length > 0) say(`\n${colors.bold('stuck')}\n\n${stuckText(groups, Date.now())}`);
}

async function list({ user, query, json }: ListOptions): Promise<void> {
  const wanted = { ...(user === undefined ? {} : { user }), ...(query === undefined ? {} : { query }) };
  const tasks: SurveyedTask[] = [];
  await withClient(async (client, aso) => {
    for await (const task of aso.surveyTasks(client, wanted)) {
      if (json) say(JSON.stringify({ ...task, error: task.error?.message ?? null }));
      tasks.push(task);
    }
  });
  if (json) return;
  if (tasks.length === 0) return say('no task is open');
  const now = Date.now();
  const rows = tasks.flatMap(({ status }) => (status ? [status] : [])).sort((a, b) => b.lastChangeAt - a.lastChangeAt);
  if (rows.length > 0)
    say(tableText(['task', 'files', 'done', 'in FTS', 'waiting', 'failed', 'in DBS', 'last change'], rows.map((row) => rowOf(row, now)))); // prettier-ignore
  for (const { task, error } of tasks) if (error) warn(`${printable(task.task)}: ${printable(error.message)}`);
}

function rowOf(status: TaskStatus, now: number): (string | number)[] {
  const { task, files, transfer, publication, lastChangeAt, paused } = status;
  const { NEW = 0, SUBMITTED = 0, RETRY = 0, HELD = 0, KILL = 0, DONE = 0, FAILED = 0 } = transfer;
  const name = `${printable(task)}${paused ? ' (paused)' : ''}`;
  const ago = `${durationText(Math.max(0, now - lastChangeAt))} ago`;
  return [name, files, DONE, SUBMITTED + KILL, NEW + RETRY + HELD, FAILED, publication.DONE ?? 0, ago];
}
