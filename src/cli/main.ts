import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { describeFailure } from './failure.ts';
import { createProgram } from './program.ts';
import { colors, warn } from './terminal.ts';

/** Commands that end by themselves, in their own time, when they are interrupted. */
const OWN_INTERRUPT = new Set([
  ...['worker', 'pull', 'monitor', 'codec-server', 'simulate', 'demo'],
  // Between two tasks, where they are about many.
  ...['cancel', 'retry', 'publish', 'priority', 'pause', 'resume'],
]);

if (!OWN_INTERRUPT.has(process.argv[2] ?? '')) process.once('SIGINT', () => process.exit(EXIT.interrupted));
// Whoever reads may stop reading (`aso files … | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
);

try {
  await createProgram().parseAsync();
} catch (error) {
  // Commander has told the user already; help and version are no failures.
  if (error instanceof CommanderError) process.exitCode = error.exitCode ? EXIT.badInput : EXIT.ok;
  else {
    const { text, exitCode } = describeFailure(error);
    warn(`${colors.red('error:')} ${text}`);
    process.exitCode = exitCode;
  }
}
