import { parseArgs } from 'node:util';

/** Whole numbers of the command line, by name with their defaults, and `--json <file>`. @throws Error naming an option that is wrong */
export function readOptions<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> & { json?: string } {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries([...names, 'json'].map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const numbers = names.map((name) => {
    const number = Number(values[name] ?? defaults[name]);
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number above 0`);
    return [name, number] as const;
  });
  const json = values['json'];
  return {
    ...(Object.fromEntries(numbers) as Record<Name, number>),
    ...(typeof json === 'string' ? { json } : {}),
  };
}
