import type { Command } from 'commander';
import { classify, type FailureRule } from '../../domain/failure-classes.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { adviceFor } from '../failure-advice.ts';

/** `aso explain` */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .summary('say what a failure reason means')
    .description('Says which class a failure reason falls into, what happens next, and what its reader can do.')
    .argument('<reason>', 'the reason, as `aso files` or FTS shows it; quote it')
    .option('--state <state>', "FTS's state of the file", 'FAILED')
    .addHelpText('after', "\nExamples:\n  aso explain 'DESTINATION [1] HTTP 403 : Permission refused'")
    .action((reason: string, { state }: { state: string }) => {
      process.stdout.write(`${explanation(classify(reason, state)).join('\n')}\n`);
    });
}

function explanation(rule: FailureRule): string[] {
  return [
    `class      ${rule.class}`,
    `means      ${rule.text}`,
    `next       ${whatHappensNext(rule)}`,
    `exit code  ${rule.code} in CRAB, if it ends the file`,
    `you can    ${adviceFor(rule.class)}`,
  ];
}

function whatHappensNext({ recoverable, attempts, delayFactor }: FailureRule): string {
  if (!recoverable) return 'the file is FAILED at once; its source is kept';
  const minutes = Math.round((DEFAULT_POLICY.retryDelay * delayFactor) / 60);
  return `tried again after about ${minutes} minutes, doubling; FAILED when this has happened ${attempts} times`;
}
