import { createInterface } from 'node:readline/promises';
import { EXIT } from './exit-codes.ts';
import { CommandError } from './failure.ts';
import { warn } from './terminal.ts';

/**
 * Asks the user whether something is to be done that cannot simply be taken back.
 * @param yes the user has said so on the command line
 * @throws CommandError where the answer is no, or nobody is there to be asked
 */
export async function confirm(what: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new CommandError(`${what}. Nothing was changed: --yes does it`, EXIT.badInput);
  warn(what);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new AbortController();
  prompt.once('SIGINT', () => interrupted.abort());
  const answer = await prompt.question('Go on? [y/N] ', { signal: interrupted.signal }).catch(() => '');
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('nothing was changed', EXIT.failed);
}
