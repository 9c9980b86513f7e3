import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import type { OperationName, OperationRequests } from '../../contract/operations.ts';
import { requestFault } from '../../domain/operations/request-checks.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';

/** Options of every command that changes an operators' rule. */
export interface SignedOptions {
  reason: string;
  by?: string;
}

/** Adds `--reason` and `--by` to a command. */
export const addSigned = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why, for those who look at it later')
    .option('--by <name>', 'who asks', userInfo().username);

/** `--until` of what may end by itself. */
export const untilOption = (): Option =>
  new Option('--until <when>', 'ends by itself then: 90m, 2h, 3d, or a time such as 2026-11-24T18:00Z');

/** What is asked before a change is made, of whoever has not said yes on the command line. */
export interface Question {
  text: string;
  yes: boolean | undefined;
}

/**
 * Asks for a change of the rules and says what it did. What the rules forbid is refused here: before anybody is asked, and whether or not
 * there is a worker.
 * @throws CommandError naming field and rule, and as `confirm`
 */
export async function operate<Name extends OperationName>(
  name: Name,
  { reason, by = userInfo().username }: SignedOptions,
  request: Omit<OperationRequests[Name], 'reason' | 'by'>,
  question?: Question,
): Promise<void> {
  const signed = { ...request, reason, by } as OperationRequests[Name];
  const fault = requestFault(name, signed);
  if (fault !== null) throw new CommandError(fault, EXIT.badInput);
  if (question) await confirm(question.text, question.yes ?? false);
  const { did, ignored } = await withClient((client, aso) => aso.operate(client, name, signed));
  for (const what of did) say(what);
  for (const what of ignored) say(`nothing to do: ${what}`);
  if (did.length > 0) say('Workers know within 10 s, what is held within 30 s.');
}
