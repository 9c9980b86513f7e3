import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ConfigProblem } from './config-error.ts';
import { nearest } from './nearest.ts';
import { SETTINGS } from './settings.ts';

/** Variables that begin with ASO_ and are not settings. */
const OTHER_VARIABLES: readonly string[] = [
  // The file with settings.
  'ASO_CONFIG',
  // The Temporal CLI of the dev server: src/workers/temporal-cli.ts.
  'ASO_TEMPORAL_CLI',
  // Programs of a Temporal on PostgreSQL: src/servers/find-programs.ts.
  'ASO_TEMPORAL_SERVER',
  'ASO_TEMPORAL_SQL_TOOL',
  'ASO_POSTGRESQL',
];

export type Tree = { [key: string]: unknown };

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings of the file that ASO_CONFIG names: YAML, of which JSON is a part. Empty where none is named. */
export function readFile(env: NodeJS.ProcessEnv, problems: ConfigProblem[]): Tree {
  const file = env['ASO_CONFIG'];
  if (!file) return {};
  try {
    const content: unknown = parse(readFileSync(file, 'utf8')) ?? {};
    if (isTree(content)) return content;
    problems.push({ where: `ASO_CONFIG (${file})`, rule: 'must hold settings by name' });
  } catch (error) {
    // Only the first line: what follows quotes the file, which is not ours to repeat.
    const [reason] = (error as Error).message.split('\n');
    problems.push({ where: `ASO_CONFIG (${file})`, rule: `must be a readable YAML or JSON file: ${reason}` });
  }
  return {};
}

/** The settings of the environment, by name. An empty variable counts as not set, as Compose files leave them. */
export function readEnvironment(env: NodeJS.ProcessEnv, problems: ConfigProblem[]): Map<string, unknown> {
  const settings = new Map(SETTINGS.map((setting) => [setting.variable, setting]));
  const values = new Map<string, unknown>();
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('ASO_') || !text || OTHER_VARIABLES.includes(variable)) continue;
    const setting = settings.get(variable);
    if (setting) values.set(setting.name, setting.fromText(text));
    else problems.push({ where: variable, rule: unknownName(variable, [...settings.keys(), ...OTHER_VARIABLES]) });
  }
  return values;
}

/** What to say of a name that is none. */
export function unknownName(given: string, names: readonly string[]): string {
  const meant = nearest(given, names);
  return meant ? `no such setting; did you mean ${meant}?` : 'no such setting';
}
