import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { shown } from './mask.ts';
import { CROSS_RULES, configSchema, type Config } from './schema.ts';
import { SETTINGS, type Setting } from './settings.ts';
import { isTree, readEnvironment, readFile, unknownName, type Tree } from './sources.ts';

export type Source = 'default' | 'file' | 'environment';

const sources = new WeakMap<Config, ReadonlyMap<string, Source>>();

/** Where each setting of a configuration came from, by name. */
export const sourcesOf = (config: Config): ReadonlyMap<string, Source> => sources.get(config) ?? new Map();

/**
 * The configuration: defaults, overridden by the file that `ASO_CONFIG` names, overridden by `ASO_*` variables.
 * Frozen. Throws a `ConfigError` that lists every error at once. Called once, where a process starts.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: ConfigProblem[] = [];
  const raw = structuredClone(readFile(env, problems));
  const from = new Map<string, Source>();
  for (const { name, path } of SETTINGS) if (get(raw, path) !== undefined) from.set(name, 'file');
  for (const [name, value] of readEnvironment(env, problems)) {
    set(raw, name.split('.'), value);
    from.set(name, 'environment');
  }
  const { config, bad } = parse(raw, from, env, problems);
  problems.push(...brokenCrossRules(config, bad, from, env));
  if (problems.length) throw new ConfigError(problems);
  sources.set(config, new Map(SETTINGS.map(({ name }) => [name, from.get(name) ?? 'default'])));
  return deepFreeze(config);
}

/** Parses, notes what is wrong, and goes on with the defaults in its place so that the rest is checked as well. */
function parse(
  raw: Tree,
  from: ReadonlyMap<string, Source>,
  env: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): { config: Config; bad: Set<string> } {
  const bad = new Set<string>();
  for (;;) {
    const result = configSchema.safeParse(raw);
    if (result.success) return { config: result.data, bad };
    for (const issue of result.error.issues) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          const name = [...issue.path, key].join('.');
          problems.push({ where: inFile(name, env), rule: unknownName(name, SETTINGS.map((s) => s.name)) }); // prettier-ignore
          remove(raw, [...issue.path.map(String), key]);
        }
        continue;
      }
      const setting = SETTINGS.find(({ path }) => path.every((part, i) => issue.path[i] === part));
      const name = setting?.name ?? issue.path.join('.');
      if (!bad.has(name)) problems.push(toProblem(name, setting, raw, issue, from, env));
      bad.add(name);
      remove(raw, name.split('.'));
    }
  }
}

function toProblem(
  name: string,
  setting: Setting | undefined,
  raw: Tree,
  issue: z.core.$ZodIssue,
  from: ReadonlyMap<string, Source>,
  env: NodeJS.ProcessEnv,
): ConfigProblem {
  const given = get(raw, name.split('.'));
  if (!setting) return { where: inFile(name, env), rule: 'must hold settings by name', given: shown(given) };
  const inUnit = setting.unit ? ` (${setting.unit})` : '';
  return {
    where: where(setting, from, env),
    rule: `must be ${setting.rule || issue.message}${inUnit}`,
    given: typeof given === 'number' ? shown(given, setting.secret) : JSON.stringify(shown(given, setting.secret)),
  };
}

function brokenCrossRules(
  config: Config,
  bad: ReadonlySet<string>,
  from: ReadonlyMap<string, Source>,
  env: NodeJS.ProcessEnv,
): ConfigProblem[] {
  return CROSS_RULES.flatMap((rule) => {
    const [lower, upper] = [rule.lower, rule.upper].map((name) => {
      const setting = SETTINGS.find((s) => s.name === name) as Setting;
      const value = get(config, setting.path) as number;
      return { setting, value, seconds: setting.unit === 'days' ? value * 86_400 : value };
    }) as [{ setting: Setting; value: number; seconds: number }, { setting: Setting; value: number; seconds: number }];
    const holds = rule.strict ? lower.seconds < upper.seconds : lower.seconds <= upper.seconds;
    if (holds || bad.has(rule.lower) || bad.has(rule.upper)) return [];
    return {
      // Of the two, the one that somebody set.
      where: where(from.has(rule.lower) ? lower.setting : upper.setting, from, env),
      rule: `${rule.lower} must be ${rule.strict ? 'less than' : 'at most'} ${rule.upper}`,
      given: `${lower.value} ${lower.setting.unit} and ${upper.value} ${upper.setting.unit}`,
    };
  });
}

const inFile = (name: string, env: NodeJS.ProcessEnv): string => `${name} (in ${env['ASO_CONFIG']})`;

const where = (setting: Setting, from: ReadonlyMap<string, Source>, env: NodeJS.ProcessEnv): string =>
  from.get(setting.name) === 'file' ? inFile(setting.name, env) : setting.variable;

function get(tree: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (isTree(value) ? value[part] : undefined), tree);
}

function set(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (!rest.length) tree[key] = value;
  else set((tree[key] = isTree(tree[key]) ? tree[key] : {}), rest, value);
}

function remove(tree: Tree, path: readonly string[]): void {
  const parent = get(tree, path.slice(0, -1));
  if (isTree(parent)) delete parent[path.at(-1) as string];
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
