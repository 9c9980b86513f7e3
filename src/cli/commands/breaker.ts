import { Argument, Option, type Command } from 'commander';
import type { BreakerTarget } from '../../domain/operations/requests.ts';
import type { SiteEnd } from '../../domain/operations/rules.ts';
import { toNumber } from '../option-values.ts';
import { addSigned, operate, type SignedOptions } from './operate.ts';
import { breakersText } from './rules-text.ts';
import { addList } from './site.ts';
import { examples } from './task-argument.ts';

interface SetOptions extends SignedOptions {
  on?: boolean;
  dryRun?: true;
  armed?: true;
  share?: number;
  minimum?: number;
  users?: number;
  window?: number;
  hold?: number;
  yes?: true;
}

interface TargetOptions extends SignedOptions, Pick<BreakerTarget, 'site' | 'task'> {
  as?: SiteEnd;
}

/** `aso breaker` */
export function addBreaker(program: Command): void {
  const breaker = program
    .command('breaker')
    .summary('what is held, or told, after too many failures')
    .description(
      'Breakers watch every site, as either end of copies, and every task: where too many copies fail within a while, they tell (dry run),\n' +
        'or hold what they watch for a while, and then let one batch through to see how it fares.',
    );

  addSigned(
    breaker.command('set').addArgument(new Argument('<breaker>', 'of sites or of tasks').choices(['site', 'task'])),
  )
    .summary('when breakers trip, and what they then do')
    .description(
      'Sets the breaker of all sites, or of all tasks. What is not given stays. `aso breaker list` shows it, and what it would have held.',
    )
    .addOption(new Option('--dry-run', 'only tell').conflicts('armed'))
    .option('--armed', 'hold')
    .option('--on', 'count')
    .option('--no-on', 'count nothing, hold nothing')
    .option('--share <percent>', 'share of failures that is too much, 1 to 100', toNumber(1, 100))
    .option('--minimum <copies>', 'fewer failures are never too many', toNumber())
    .option('--users <n>', 'they must be of so many users', toNumber())
    .option('--window <seconds>', 'failures of so many seconds count', toNumber())
    .option('--hold <seconds>', 'how long it holds; twice as long each time in a row, up to eight times', toNumber())
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('aso breaker set site --armed --minimum 100 --reason "the dry run was right for a week"'),
    )
    .action(set);

  addTarget(breaker.command('trip'))
    .summary('hold a site or task at once')
    .description('Trips a breaker by hand: it holds, and then sees by itself whether copies succeed again.')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('aso breaker trip --site T2_IT_Pisa --end destination --reason "looks broken"'))
    .action((options: TargetOptions & { yes?: true }) => {
      const text = `The breaker of ${options.task ?? options.site} holds what is not in FTS yet`;
      return operate('tripBreaker', options, targetOf(options), { text, yes: options.yes });
    });

  addTarget(breaker.command('reset'))
    .summary('let go of what a breaker holds')
    .description('Lets go of what a breaker holds, and forgets the failures it has seen.')
    .addHelpText('after', examples('aso breaker reset --site T2_IT_Pisa --end destination --reason "repaired"'))
    .action((options: TargetOptions) => operate('resetBreaker', options, targetOf(options)));

  addList(breaker, 'what breakers are set to, and what they hold or would hold', breakersText);
}

async function set(kind: 'site' | 'task', options: SetOptions): Promise<void> {
  const { on, dryRun, armed, share, minimum, users, window, hold, yes } = options;
  const settings = { on, share: share === undefined ? undefined : share / 100, minimum, users, window, hold };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const mode = dryRun || armed ? { dryRun: dryRun === true } : {};
  const question = { text: `Breakers of ${kind}s hold what they watch from now on, by themselves`, yes };
  const request = { breaker: kind, ...Object.fromEntries(given), ...mode };
  await operate('setBreaker', options, request, armed && question);
}

const addTarget = (command: Command): Command =>
  addSigned(command)
    .addOption(new Option('--site <site>', 'a site, with --end').conflicts('task'))
    .addOption(new Option('--end, --as <end>', 'as which end of copies').choices(['source', 'destination']))
    .option('--task <task>', 'a task');

const targetOf = ({ site, as: end, task }: TargetOptions): BreakerTarget => ({
  ...(site !== undefined && { site }),
  ...(end !== undefined && { end }),
  ...(task !== undefined && { task }),
});
