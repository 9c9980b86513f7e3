import { parseArgs } from 'node:util';
import { helpOfBench, tellingMistakes } from './telling.ts';

/** An option that takes some words, separated by commas. */
export interface Choice {
  from: readonly string[];
  /** @default all */
  default?: readonly string[];
}

/**
 * Whole numbers of the command line, by name with their defaults, and `--json <file>`. What is wrong with one is told, and ends the process.
 * @param choices options that are lists of words, by name
 */
export function readOptions<Name extends string, const Choices extends Readonly<Record<string, Choice>>>(
  defaults: Readonly<Record<Name, number>>,
  choices: Choices = {} as Choices,
): ReturnType<typeof parse<Name, Choices>> {
  return tellingMistakes(() => parse(defaults, choices), helpOfBench);
}

/** @throws Error naming an option that is wrong */
function parse<Name extends string, const Choices extends Readonly<Record<string, Choice>>>(
  defaults: Readonly<Record<Name, number>>,
  choices: Choices,
): Record<Name, number> & { [Listed in keyof Choices]: Choices[Listed]['from'][number][] } & { json?: string } {
  const names = Object.keys(defaults) as Name[];
  const lists = Object.keys(choices);
  const options = Object.fromEntries([...names, ...lists, 'json'].map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const numbers = names.map((name) => {
    const number = Number(values[name] ?? defaults[name]);
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number above 0`);
    return [name, number] as const;
  });
  const words = lists.map((name) => {
    const { from, default: all = from } = choices[name]!;
    const given = values[name];
    const listed = typeof given === 'string' ? given.split(',') : [...all];
    if (!listed.every((word) => from.includes(word))) throw new Error(`--${name} takes some of: ${from.join(', ')}`);
    return [name, listed] as const;
  });
  const json = values['json'];
  return {
    ...(Object.fromEntries(numbers) as Record<Name, number>),
    ...(Object.fromEntries(words) as { [Listed in keyof Choices]: Choices[Listed]['from'][number][] }),
    ...(typeof json === 'string' ? { json } : {}),
  };
}
