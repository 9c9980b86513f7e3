/** Argument of every command about one task. */
export const TASK = ['<task>', 'CRAB task name'] as const;

/** Examples at the end of a command's help. */
export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
