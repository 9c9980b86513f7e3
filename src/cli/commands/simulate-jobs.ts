import { Option, type Command } from 'commander';
import { toWhole } from '../option-values.ts';
import { say } from '../terminal.ts';
import { examples } from './task-argument.ts';

interface JobsOptions {
  root: string;
  crab: string;
  files: number;
  seed: number;
  run: string;
}

/** `aso simulate jobs` */
export function addJobs(simulate: Command): void {
  simulate
    .command('jobs')
    .summary('files of jobs, at simulated sites, with CRAB told of them')
    .description(
      "Lays files of the demo's tasks at simulated sites, tells a CRAB simulator of them, and prints CRAB's records: what `aso submit -` takes.",
    )
    .addOption(new Option('--root <folder>', 'folder of the sites, as of `simulate storage`').makeOptionMandatory())
    .addOption(new Option('--crab <url>', 'the CRAB simulator: http://…/crabserver/prod').makeOptionMandatory())
    .option('--files <n>', 'how many', toWhole(1, 100_000), 60)
    .option('--seed <n>', 'the same files for the same seed', toWhole(0, 2 ** 31), 1)
    .option('--run <word>', 'in the names of tasks and files; the time without it', Date.now().toString(36))
    .addHelpText(
      'after',
      examples('aso simulate jobs --root ./sites --crab http://127.0.0.1:8090/crabserver/prod | aso submit -'),
    )
    .action(async ({ root, crab: crabUrl, ...options }: JobsOptions) => {
      const { playJobs } = await import('../../demo/play-jobs.ts');
      for (const record of await playJobs({ root, crabUrl, ...options })) say(JSON.stringify(record));
    });
}
