import type { Command } from 'commander';
import { classified, type ClassifiedFailure } from '../../domain/failure-classes.ts';
import { printable } from '../terminal.ts';
import { adviceFor, whatHappensNext } from '../failure-advice.ts';

/** `aso explain` */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .summary('say what a failure reason means')
    .description('Says which class a failure reason falls into and why, what happens next, and what its reader can do.')
    .argument('<reason>', 'the reason, as `aso files` or FTS shows it; quote it')
    .option('--state <state>', "FTS's state of the file", 'FAILED')
    .addHelpText('after', "\nExamples:\n  aso explain 'DESTINATION [1] HTTP 403 : Permission refused'")
    .action((reason: string, { state }: { state: string }) => {
      process.stdout.write(`${explanation(classified(reason, state), state).join('\n')}\n`);
    });
}

function explanation(failure: ClassifiedFailure, state: string): string[] {
  const { rule } = failure;
  return [
    `class      ${rule.class}`,
    `why        ${whySo(failure, state)}`,
    `means      ${rule.text}`,
    `next       ${whatHappensNext(rule)}`,
    `exit code  ${rule.code} in CRAB, if it ends the file`,
    `you can    ${adviceFor(rule.class)}`,
  ];
}

function whySo({ rule, words, scope }: ClassifiedFailure, state: string): string {
  const side = scope ? `, of the ${scope}` : '';
  if (words !== null) return `the reason says ${JSON.stringify(printable(words))}${side}`;
  return rule.class === 'cancelled' ? `FTS shows the file as ${state}` : `nothing in the reason is known${side}`;
}
