import { InvalidArgumentError, type Command } from 'commander';
import { isServiceUrl, SERVICE_URL_RULE, withoutSlash } from '../../domain/service-url.ts';
import type { CredentialInfo } from '../../ports/credentials.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { counted, say } from '../terminal.ts';
import { bySoonest, credentialJson, credentialsText } from './credentials-text.ts';

interface RevokeOptions {
  group: string;
  role: string;
  server?: string;
}

/** `aso credentials` */
export function addCredentials(program: Command): void {
  const credentials = program
    .command('credentials')
    .summary('what is in the credential store, and what expires when')
    .description('Lists the credentials of the owners of files, the ones that end first at the top; or takes one back.')
    .addHelpText('after', '\nExamples:\n  aso credentials\n  aso credentials --json\n  aso credentials revoke alice');
  credentials
    .command('list', { isDefault: true })
    .summary('list them (this is what happens without a further word)')
    .description(
      'Lists the credentials that `credentials` holds. The exit status is 1 if one has expired or cannot be read.',
    )
    .option('--json', 'for programs')
    .addHelpText('after', '\nExamples:\n  aso credentials\n  aso credentials --json')
    .action(list);
  credentials
    .command('revoke')
    .argument('<user>', 'CRAB user name')
    .summary('take back what was delegated to FTS')
    .description(
      'Deletes the delegated credential of a user at an FTS server. Workers that still have the credential delegate it again.',
    )
    .option('--group <group>', 'VO group of the credential', '')
    .option('--role <role>', 'VO role of the credential', '')
    .option('--server <url>', 'FTS server; the setting `ftsServer` without it', serverUrl)
    .addHelpText('after', '\nExamples:\n  aso credentials revoke alice\n  aso credentials revoke alice --group becms')
    .action(revoke);
}

async function list({ json }: { json?: true }): Promise<void> {
  const { createCredentialFolder } = await import('../../adapters/credentials/credential-folder.ts');
  const infos = bySoonest(await createCredentialFolder(await configuredFolder()).list());
  say(json ? JSON.stringify(infos.map(credentialJson), null, 2) : credentialsText(infos, Date.now()));
  const useless = infos.filter(isUseless).length;
  if (useless) throw new CommandError(`${counted(useless, 'credential')} cannot be used`, EXIT.failed);
}

const isUseless = ({ state }: CredentialInfo): boolean => state === 'expired' || state === 'unreadable';

function serverUrl(text: string): string {
  if (!isServiceUrl(text)) throw new InvalidArgumentError(`It must be ${SERVICE_URL_RULE}.`);
  return withoutSlash(text);
}

/** @throws CommandError where none is configured */
async function configuredFolder(): Promise<string> {
  const { loadConfig } = await import('../../config/index.ts');
  const { credentials } = loadConfig(process.env);
  if (credentials !== null) return credentials;
  throw new CommandError(
    'no credential store is configured: set credentials (ASO_CREDENTIALS) to its folder',
    EXIT.badInput,
  );
}

async function revoke(user: string, { group, role, server }: RevokeOptions): Promise<void> {
  await configuredFolder();
  const { loadConfig } = await import('../../config/index.ts');
  const { createConnections } = await import('../../workers/connections.ts');
  const config = loadConfig(process.env);
  const { delegator, dispatchers } = createConnections(config);
  try {
    await delegator.revoke(server ?? config.ftsServer, { user, group, role });
    say(`${server ?? config.ftsServer} holds no delegated credential of ${user} any more`);
  } catch (error) {
    throw error instanceof Error && error.name === 'PortError' ? new CommandError(error.message, EXIT.failed) : error;
  } finally {
    await dispatchers.close();
  }
}
