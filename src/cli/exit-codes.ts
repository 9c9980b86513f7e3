/** What `aso` ends with. The same table is printed by `aso --help`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  badInput: 2,
  unreachable: 3,
  notFound: 4,
  noAnswer: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** In words. */
export const EXIT_TEXTS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed, or refused by the task',
  2: 'bad input: arguments, configuration or records',
  3: 'Temporal cannot be reached',
  4: 'no such task or job, or it has ended',
  5: 'the task does not answer: no worker is running',
  130: 'interrupted',
};

/** The table as lines of help. */
export const exitCodeHelp = (): string =>
  ['Exit status:', ...Object.entries(EXIT_TEXTS).map(([code, text]) => `  ${code.padEnd(4)} ${text}`)].join('\n');
