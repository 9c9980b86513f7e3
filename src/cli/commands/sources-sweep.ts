import type { Command } from 'commander';
import type { SourceFile } from '../../client/index.ts';
import { NEVER_SWEPT } from '../../domain/batch/kept-source.ts';
import { addSweep, emptySweep, type SweepResult } from '../../domain/sweep.ts';
import { counted, printable, say, warn } from '../terminal.ts';
import { taskNames } from '../task-names.ts';
import { withClient } from '../with-client.ts';
import { amount, sourceLine } from './sources-text.ts';

interface SweepOptions {
  user?: string;
  yes?: true;
  json?: true;
}

const isSweepable = ({ why }: SourceFile): boolean => NEVER_SWEPT[why] === undefined;

/** `aso sources sweep` */
export function addSweepCommand(sources: Command): void {
  sources
    .command('sweep')
    .argument('[tasks...]', 'CRAB task names; without one, all tasks')
    .summary('remove what was left behind long enough')
    .description(
      'Removes sources that were left behind longer than policy.sourceRetention, as their owner, each after it was checked once more. Without --yes it only says what would go.',
    )
    .option('--user <name>', 'only tasks of this user')
    .option('--yes', 'remove them')
    .option('--json', 'for programs: one JSON object a line')
    .addHelpText('after', '\nExamples:\n  aso sources sweep\n  aso sources sweep 261123_101500:alice_crab_x --yes')
    .action(sweep);
}

async function sweep(names: string[], { user, yes, json }: SweepOptions): Promise<void> {
  const { loadConfig } = await import('../../config/index.ts');
  const { sourceRetention } = loadConfig(process.env).policy;
  const oldest = Date.now() - sourceRetention * 1000;
  const isDue = (file: SourceFile): boolean =>
    isSweepable(file) && file.since !== null && file.since.getTime() <= oldest;
  const due: SourceFile[] = [];
  const kept: SourceFile[] = [];
  const whole = emptySweep();
  await withClient(async (client, aso) => {
    for (const task of names.length > 0 ? names : await taskNames(aso, client, user)) {
      const { sources } = await aso.taskSources(client, task);
      const going = sources.filter(isDue);
      due.push(...going);
      kept.push(...sources.filter((file) => !isDue(file)));
      if (!yes) for (const file of going) say(json ? JSON.stringify(file) : sourceLine(file, names.length !== 1));
      if (!yes || going.length === 0) continue;
      warn(`${task}: sweeping ${amount(going)}`);
      const result = await aso.sweepSources(client, task, [...new Set(going.map(({ batch }) => batch))]);
      addSweep(whole, result);
      if (json) say(JSON.stringify({ task, ...result }));
    }
  });
  const tell = json ? warn : say;
  if (yes) for (const line of resultText(whole)) tell(line);
  else tell(`${amount(due)} would be removed; ${amount(kept)} would stay. Nothing was changed: --yes removes them`);
}

/** What a sweep came to. */
function resultText({ removed, absent, left }: SweepResult): string[] {
  const stays = left.map(({ reason, files, example }) => `${counted(files, 'file')} left: ${printable(reason)} (${printable(example)})`); // prettier-ignore
  return [`${counted(removed, 'file')} removed, ${absent} gone already`, ...stays];
}
