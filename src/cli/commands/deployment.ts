import type { Client } from '@temporalio/client';
import { InvalidArgumentError, type Command } from 'commander';
import type { WorkerVersions } from '../../client/worker-versions.ts';
import { BUILD_ID, BUILD_ID_RULE } from '../../contract/worker-versions.ts';
import { toNumber, toWhole } from '../option-values.ts';
import { tableText } from '../table.ts';
import { say } from '../terminal.ts';
import { withClient, type Aso } from '../with-client.ts';
import { addDeploymentCheck } from './deployment-check.ts';
import { examples } from './task-argument.ts';

/** Whoever starts workers and gives them the work in one go need not wait in between. */
const WAIT = ['--wait <seconds>', 'its workers may take so long until they serve every queue', toWhole(0, 3600), 60] as const; // prettier-ignore

/** `aso deployment` */
export function addDeployment(program: Command): void {
  const deployment = program
    .command('deployment')
    .summary('which version of the workers gets the work')
    .description(
      'Workers with a build id (ASO_WORKER_BUILD_ID) get work when their version is current, or is tried with a share of it. Running tasks go over\n' +
        'to the current version at their next step, and back again.',
    );

  deployment
    .command('show')
    .summary('the versions that there are')
    .description('Lists the versions of the workers, and which of them gets the work.')
    .option('--json', 'for programs')
    .addHelpText('after', examples('aso deployment show'))
    .action(({ json }: { json?: true }) =>
      withDeployment(async (client, aso, name) => {
        const versions = await aso.workerVersions(client, name);
        say(json ? JSON.stringify(versions, null, 2) : versionsText(versions));
      }),
    );

  deployment
    .command('current')
    .argument('<build-id>', 'or `none`: workers without a build id', toBuildId)
    .summary('give all work to a version')
    .description('Gives all work to a version. It is refused where its workers do not serve every queue.')
    .option(...WAIT)
    .addHelpText('after', examples('aso deployment current 0.2.0', 'aso deployment current none'))
    .action((buildId: string, { wait }: { wait: number }) =>
      withDeployment(async (client, aso, name) => {
        await aso.makeCurrent(client, name, buildId === 'none' ? null : buildId, wait * 1000);
        say(`${buildId === 'none' ? 'Workers without a build id get' : `Version ${buildId} gets`} all work.`);
      }),
    );

  deployment
    .command('ramp')
    .argument('<build-id>', 'version', toBuildId)
    .argument('<percent>', 'share of the workflows; 0 ends the trial', toNumber(0, 100))
    .summary('try a version with a share of the work')
    .description(
      'Gives a share of the workflows, chosen by their ids, to a version; the rest stays with the current one.',
    )
    .option(...WAIT)
    .addHelpText('after', examples('aso deployment ramp 0.2.0 5'))
    .action((buildId: string, percent: number, { wait }: { wait: number }) =>
      withDeployment(async (client, aso, name) => {
        await aso.rampTo(client, name, buildId, percent, wait * 1000);
        say(percent > 0 ? `Version ${buildId} gets ${percent} % of the workflows.` : `Version ${buildId} is no longer tried.`); // prettier-ignore
      }),
    );

  addDeploymentCheck(deployment);
}

function toBuildId(text: string): string {
  if (BUILD_ID.test(text)) return text;
  throw new InvalidArgumentError(`It must be ${BUILD_ID_RULE}.`);
}

async function withDeployment(act: (client: Client, aso: Aso, name: string) => Promise<void>): Promise<void> {
  const { loadConfig } = await import('../../config/index.ts');
  const { deployment } = loadConfig(process.env).worker;
  await withClient((client, aso) => act(client, aso, deployment));
}

function versionsText({ deployment, current, versions }: WorkerVersions): string {
  const rows = versions.map(({ buildId, isCurrent, ramp, since, missingQueues }) => [
    buildId,
    isCurrent ? 'current' : ramp > 0 ? `tried with ${ramp} %` : 'none',
    since?.toISOString().slice(0, 16) ?? '',
    missingQueues.length > 0 ? `all but ${missingQueues.join(', ')}` : 'all',
  ]);
  const others = current === null ? '\nWorkers without a build id get what no version gets.' : '';
  return `${deployment}\n${tableText(['version', 'work', 'first seen', 'queues'], rows)}${others}`;
}
