import { InvalidArgumentError, type Command } from 'commander';
import type { SourceFile, TaskSources } from '../../client/index.ts';
import { spanMs } from '../../domain/time-span.ts';
import { say, warn } from '../terminal.ts';
import { taskNames } from '../task-names.ts';
import { withClient } from '../with-client.ts';
import { addSweepCommand } from './sources-sweep.ts';
import { rejectedText, sourceLine, totalsText } from './sources-text.ts';

interface SourcesOptions {
  user?: string;
  site?: string;
  /** Milliseconds. */
  olderThan?: number;
  json?: true;
}

/** `aso sources` */
export function addSources(program: Command): void {
  const sources = program
    .command('sources')
    .argument('[task]', 'CRAB task name; without it, all tasks')
    .summary('list, and sweep, sources that were left behind')
    .description(
      'Lists the files that ASO has left at the sites where the jobs ran: of files that failed or were killed, and those whose removal failed; why and since when.',
    )
    .option('--user <name>', 'only tasks of this user')
    .option('--site <name>', 'only files at this site')
    .option('--older-than <age>', 'only files left behind for so long: 30d, 12h, 90m', age)
    .option('--json', 'for programs: one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  aso sources 261123_101500:alice_crab_x\n  aso sources --site T2_IT_Pisa --older-than 30d\n  aso sources sweep',
    ) // prettier-ignore
    .action(list);
  addSweepCommand(sources);
}

function age(text: string): number {
  const span = spanMs(text);
  if (span === null)
    throw new InvalidArgumentError('it must be a number of days, hours, minutes or seconds: 30d, 12h, 90m, 10s');
  return span;
}

async function list(task: string | undefined, options: SourcesOptions): Promise<void> {
  const { user, site, olderThan = 0, json } = options;
  const now = Date.now();
  const isWanted = (file: SourceFile): boolean =>
    (!site || file.site === site) &&
    (olderThan === 0 || (file.since !== null && now - file.since.getTime() >= olderThan));
  const all: SourceFile[] = [];
  const rejected: TaskSources['rejected'] = [];
  await withClient(async (client, aso) => {
    for (const name of task ? [task] : await taskNames(aso, client, user)) {
      const found = await aso.taskSources(client, name);
      const wanted = found.sources.filter(isWanted);
      for (const file of wanted) say(json ? JSON.stringify(file) : sourceLine(file, task === undefined));
      all.push(...wanted);
      rejected.push(...found.rejected);
    }
  });
  const tell = json ? warn : say;
  tell(totalsText(all));
  for (const line of rejectedText(rejected)) tell(line);
}
