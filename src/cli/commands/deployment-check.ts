import type { Command } from 'commander';
import type { BrokenRun, ReplayReport } from '../../workers/replay-open-runs.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { counted, printable, say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { examples } from './task-argument.ts';

interface Options {
  query?: string;
  json?: true;
}

/** `aso deployment check` */
export function addDeploymentCheck(deployment: Command): void {
  deployment
    .command('check')
    .summary('whether this version, with these settings, could go on with what runs')
    .description(
      'Replays the histories of all open workflows with the workflows and the settings of this very `aso`, and lists those that could not go on: because\n' +
        'their code has changed, or because a key of payloads is not there any more. It changes nothing, and ends with 1 where there are any.',
    )
    .option('--query <query>', "of these only, in the language of Temporal's list")
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      examples(
        'aso deployment check',
        `aso deployment check --query "AsoUser = 'alice'"`,
        'ASO_PAYLOAD_KEYS=/etc/aso/keys.next aso deployment check',
      ),
    )
    .action(async ({ query, json }: Options) => {
      const { loadConfig } = await import('../../config/index.ts');
      const config = loadConfig(process.env);
      const report = await withClient(async (client) => {
        const { configuredDataConverter } = await import('../../client/data-converter.ts');
        const { logNoReplay, replayOpenRuns } = await import('../../workers/replay-open-runs.ts');
        logNoReplay();
        return replayOpenRuns(client, configuredDataConverter(config), query);
      });
      say(json ? JSON.stringify(report, null, 2) : reportText(report));
      if (report.broken.length > 0)
        throw new CommandError(`${counted(report.broken.length, 'open workflow')} could not go on with this version and these settings`, EXIT.failed); // prettier-ignore
    });
}

function reportText({ runs, broken }: ReplayReport): string {
  const count = Object.values(runs).reduce((sum, some) => sum + some, 0);
  if (count === 0) return 'No workflow is open.';
  const types = Object.entries(runs).sort().map(([type, some]) => `${some} ${type}`).join(', '); // prettier-ignore
  const head = `Replayed ${counted(count, 'open workflow')} (${types}): `;
  if (broken.length === 0) return `${head}this version can go on with ${count === 1 ? 'it' : 'all of them'}.`;
  return [`${head}${broken.length} could not go on.`, ...broken.flatMap(brokenLines)].join('\n');
}

const brokenLines = ({ workflowId, runId, began, reason }: BrokenRun): string[] => [
  `${printable(workflowId)} (run ${runId}, since ${began?.toISOString().slice(0, 16) ?? 'unknown'})`,
  `    ${printable(reason)}`,
];
