import type { Command } from 'commander';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';

/** `aso setup namespace` */
export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('prepare Temporal')
    .command('namespace')
    .description(
      'Makes the configured namespace fit: creates it where it is missing, sees to retention and search attributes.',
    )
    .addHelpText('after', '\nExamples:\n  TEMPORAL_NAMESPACE=aso aso setup namespace')
    .action(setUp);
}

async function setUp(): Promise<void> {
  const { loadConfig, loadTemporalConfig } = await import('../../config/index.ts');
  const { setUpNamespace } = await import('../../workers/setup-namespace.ts');
  const { retentionDays } = loadConfig(process.env);
  const { namespace } = loadTemporalConfig(process.env);
  await withClient((client) => setUpNamespace(client.connection as never, namespace, { retentionDays, say }));
}
