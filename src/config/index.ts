export { ConfigError, type ConfigProblem } from './config-error.ts';
export { describeConfig, type ConfigRow } from './describe.ts';
export { loadConfig, type Source } from './load.ts';
export type { Config } from './schema.ts';
export { readSecretFile } from './secret-file.ts';
export { SETTINGS, type Setting } from './settings.ts';
export { loadTemporalConfig, type TemporalConfig } from './temporal.ts';
