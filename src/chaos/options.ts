import { Command, InvalidArgumentError, Option } from 'commander';
import { CHAOS_STORES, type ChaosStore } from './choose-store.ts';

export interface ChaosOptions {
  seed: number;
  minutes: number;
  /** Where Temporal is to keep what it knows; undefined where nobody has said. */
  store?: ChaosStore;
  keep: boolean;
  listStrikes: boolean;
}

/** Reads the arguments of `npm run chaos`. @throws CommanderError which names the option and its rule; also after `--help` */
export function readOptions(args: readonly string[]): ChaosOptions {
  const program = new Command('npm run chaos --')
    .exitOverride()
    .description(
      'Works a stream of tasks while workers, Temporal, FTS, DBS, CRAB and sites are killed, frozen, slowed and lose answers, and operators\n' +
        'cancel, retry, reset and run again; then lets all heal, and looks at disks and books for whether anything was lost or doubled.',
    )
    .option('--seed <number>', 'the same seed makes the same plan', number(0, 2 ** 31, true), 1)
    .option('--minutes <number>', 'how long tasks come and strikes fall, with the time to heal', number(0.5, 600), 10)
    .addOption(
      new Option(
        '--store <word>',
        'where Temporal keeps what it knows: in memory it would forget (default: postgresql where its programs are found, else file)',
      ).choices(CHAOS_STORES),
    )
    .option('--keep', 'keep logs, histories and books also where every check holds', false)
    .option('--list-strikes', 'only show what may be struck and done', false)
    .addHelpText('after', '\nExit status 0 where every check holds, 1 where one fails.');
  program.parse(args, { from: 'user' });
  return program.opts<ChaosOptions>();
}

function number(min: number, max: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
  };
}
