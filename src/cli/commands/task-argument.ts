/** Argument of every command about one task. */
export const TASK = ['<task>', 'CRAB task name'] as const;

/** Argument of commands about one task, or about many that are chosen otherwise. */
export const SOME_TASK = ['[task]', 'CRAB task name; without it, the options say which tasks'] as const;

/** Examples at the end of a command's help. */
export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
