import { Command, InvalidArgumentError, Option } from 'commander';
import { runUntilInterrupted } from './interrupt.ts';
import { playIncident } from './incident/play-incident.ts';
import { play } from './play.ts';

export interface DemoOptions {
  files: number;
  seed: number;
  killWorker: boolean;
  tls: boolean;
  incident: boolean;
  keep: boolean;
}

/**
 * `aso demo`: the main job on simulated sites, and a verification of what became of it.
 * @returns the exit status: 0 where everything holds, 130 where it was interrupted
 */
export async function runDemo(args: readonly string[]): Promise<number> {
  const program = new Command('aso demo')
    .exitOverride()
    .description(
      'Stages out the files of five CRAB tasks, from eight simulated sites through FTS to DBS, while things go wrong as they do in production;\n' +
        'then looks at disks, FTS, DBS and CRAB for whether everything is as it must be.',
    )
    .option('--files <number>', 'files of all jobs together', wholeNumber(45, 20_000), 400)
    .option('--seed <number>', 'for other sizes and bytes', wholeNumber(0, 2 ** 31), 1)
    .option('--kill-worker', 'kill the worker three times: while submitting, following and publishing', false)
    .option('--tls', 'everything over TLS, as the users: their proxies are delegated to FTS', false)
    .addOption(
      new Option('--incident', 'instead: a bad night, four troubles at once, found and resolved as the runbook says')
        .default(false)
        .conflicts('killWorker'),
    )
    .option('--keep', 'keep everything up afterwards, to look around', false)
    .addHelpText('after', '\nExit status 0 where every check holds, 1 where one fails.');
  program.parse(args, { from: 'user' });
  const options = program.opts<DemoOptions>();
  return runUntilInterrupted((ending) => (options.incident ? playIncident : play)(options, ending));
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < min || number > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return number;
  };
}
