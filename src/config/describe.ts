import { sourcesOf, type Source } from './load.ts';
import { shown } from './mask.ts';
import type { Config } from './schema.ts';
import { SETTINGS } from './settings.ts';

/** A line of `aso config check`. */
export interface ConfigRow {
  name: string;
  variable: string;
  /** Secrets masked. */
  value: string;
  unit: string;
  source: Source;
}

/** Every setting, what it is and where that came from. */
export function describeConfig(config: Config): ConfigRow[] {
  const from = sourcesOf(config);
  return SETTINGS.map(({ name, path, variable, unit, secret }) => ({
    name,
    variable,
    value: shown(
      path.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], config),
      secret,
    ),
    unit: unit ?? '',
    source: from.get(name) ?? 'default',
  }));
}
