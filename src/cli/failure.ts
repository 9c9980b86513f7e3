import { EXIT, type ExitCode } from './exit-codes.ts';

/** A failure that the command foresees: its message is all that is shown. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Failures of other layers, by name: looking at their classes would load the layers, Temporal's client included. */
const BY_NAME: Readonly<Record<string, ExitCode>> = {
  TemporalUnreachableError: EXIT.unreachable,
  TaskNotFoundError: EXIT.notFound,
  JobNotFoundError: EXIT.notFound,
  TaskEndedError: EXIT.notFound,
  NoAnswerError: EXIT.noAnswer,
  RequestRefusedError: EXIT.failed,
  ConfigError: EXIT.badInput,
  NamespaceError: EXIT.badInput,
  FaultScriptError: EXIT.badInput,
  MonitorDatabaseError: EXIT.badInput,
  ListenError: EXIT.failed,
};

/** Failures of the operating system that say all there is to say. */
const BY_CODE: Readonly<Record<string, ExitCode>> = {
  ENOENT: EXIT.badInput,
  EACCES: EXIT.badInput,
  EISDIR: EXIT.badInput,
  ENOTDIR: EXIT.badInput,
  EADDRINUSE: EXIT.failed,
};

/** What to tell the user of a failure, and the status to end with. Only what nobody foresaw comes with its stack. */
export function describeFailure(error: unknown): { text: string; exitCode: ExitCode } {
  if (!(error instanceof Error)) return { text: String(error), exitCode: EXIT.failed };
  if (error instanceof CommandError) return { text: error.message, exitCode: error.exitCode };
  const known =
    BY_NAME[error.name] ?? BY_NAME[error.constructor.name] ?? BY_CODE[(error as NodeJS.ErrnoException).code ?? ''];
  if (known !== undefined) return { text: error.message, exitCode: known };
  return { text: `unexpected: ${error.stack ?? error.message}`, exitCode: EXIT.failed };
}
