import { InvalidArgumentError, type Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { endOnSignal } from '../interrupt.ts';
import { toWhole } from '../option-values.ts';
import { withClient } from '../with-client.ts';

interface PullOptions {
  as: string;
  once?: boolean;
  interval: number;
  limit: number;
}

/** `aso pull` */
export function addPull(program: Command): void {
  program
    .command('pull')
    .summary("work the queue that CRAB's REST has, as the old ASO did")
    .description(
      "Takes new rows of CRAB's filetransfers under a name of its own, reports them to their tasks, asks for publications that CRAB has\n" +
        'flagged, and cancels what is to be killed. Any number may run, each under another name; what one took before it died, the next one of\n' +
        'its name finds. States go back from the workers: they, and this command, need policy.crabBookkeeping.',
    )
    .requiredOption('--as <name>', 'its name in the rows (tm_aso_worker): the same at every start', toName)
    .option('--once', 'one round only')
    .option('--interval <seconds>', 'time between two rounds', toWhole(1, 3600), 30)
    .option(
      '--limit <rows>',
      'rows in hand at the most: taken, and nothing told of yet',
      toWhole(1000, 100_000),
      10_000,
    )
    .addHelpText('after', '\nExamples:\n  aso pull --as aso-pull-1\n  aso pull --as aso-pull-1 --once')
    .action(pull);
}

function toName(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(text))
    throw new InvalidArgumentError('It must be at most 100 letters, digits and any of . _ -');
  return text;
}

async function pull({ as: worker, once = false, interval, limit }: PullOptions): Promise<void> {
  const { loadConfig } = await import('../../config/index.ts');
  const config = loadConfig(process.env);
  if (!config.policy.crabBookkeeping)
    throw new CommandError('policy.crabBookkeeping: must be true, here and for the workers: CRAB would never hear of what is pulled', EXIT.badInput); // prettier-ignore
  const { createLog } = await import('../../workers/logging.ts');
  const log = createLog(config);
  const { createPuller } = await import('../create-puller.ts');
  const { runPuller } = await import('../../pull/run-puller.ts');
  // The round under way comes to its end; a second signal does not wait for that, and loses nothing either.
  const ending = endOnSignal();
  await withClient(async (client) => {
    const warn = (problem: string): void => log.warn(problem);
    const { puller, close } = createPuller(config, { client, worker, limit, warn });
    try {
      log.info({ worker, interval, limit }, 'pulling');
      const onRound = (round: object): void => log.info(round, 'pulled');
      const last = await runPuller(puller, { once, interval, signal: ending, onRound });
      if (once && last.failed > 0) process.exitCode = EXIT.failed;
    } finally {
      await close();
    }
  });
}
