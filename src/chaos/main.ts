import { CommanderError } from 'commander';
import { runUntilInterrupted } from '../demo/interrupt.ts';
import { readOptions } from './options.ts';
import { play } from './play.ts';
import { strikeList } from './tables.ts';

/** `npm run chaos`. @returns the exit status */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.listStrikes) {
      process.stdout.write(`${strikeList()}\n`);
      return 0;
    }
    return await runUntilInterrupted((ending) => play(options, ending).catch(tellFailure));
  } catch (error) {
    // Commander has told the user already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tellFailure(error);
  }
}

/** Told before everything is ended, which may be the end of this process, too. @returns the exit status */
function tellFailure(error: unknown): number {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

process.exit(await main(process.argv.slice(2)));
