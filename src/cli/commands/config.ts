import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { colors, say } from '../terminal.ts';

/** `aso config check` */
export function addConfig(program: Command): void {
  program
    .command('config')
    .description('the configuration')
    .command('check')
    .description(
      'Prints every setting that is in force and where it comes from, secrets masked; or every error at once.',
    )
    .addHelpText('after', '\nExamples:\n  ASO_CONFIG=/etc/aso/config.yaml aso config check')
    .action(check);
}

async function check(): Promise<void> {
  const { ConfigError, describeConfig, loadConfig, loadTemporalConfig } = await import('../../config/index.ts');
  const errors: string[] = [];
  const tried = <T>(load: () => T): T | null => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      errors.push(...error.problems.map((p) => `${p.where}: ${p.rule}${p.given === undefined ? '' : `; given ${p.given}`}`)); // prettier-ignore
      return null;
    }
  };
  const config = tried(() => loadConfig(process.env));
  const temporal = tried(() => loadTemporalConfig(process.env));
  if (config) for (const row of describeConfig(config)) say(line(row.name, `${row.value} ${row.unit}`.trim(), `${row.source}, ${row.variable}`)); // prettier-ignore
  if (temporal) for (const { name, value } of temporal.description) say(line(`temporal.${name}`, value, ''));
  if (!errors.length) return;
  throw new CommandError(
    ['the configuration is wrong:', ...errors.map((text) => `  ${text}`)].join('\n'),
    EXIT.badInput,
  );
}

const line = (name: string, value: string, origin: string): string =>
  `${name.padEnd(36)} ${value}${origin && `  ${colors.dim(`(${origin})`)}`}`;
