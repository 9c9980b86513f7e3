import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { FaultScript } from '../../simulators/fault-script.ts';
import type { SimulatedPki } from '../../simulators/pki/simulated-pki.ts';
import type { SimulatorTls } from '../../simulators/pki/server-tls.ts';
import { untilSignal } from '../interrupt.ts';
import { toWhole } from '../option-values.ts';
import { say } from '../terminal.ts';
import { addJobs } from './simulate-jobs.ts';

interface SimulateOptions {
  port: number;
  host: string;
  dbs?: string;
  site?: string[];
  siteconf?: string;
  url?: string;
  script?: string;
  root: string;
  tls?: string;
  user: string[];
  name: string[];
  state?: string;
  sitesByPath?: boolean;
}

/** What every simulator is started with. */
interface Common {
  port: number;
  host: string;
  tls?: SimulatorTls;
  stateFile?: string;
}

/** A running simulator, whichever it is. */
interface Running {
  url: string;
  close(): Promise<void>;
}

/** What they are, and how each is started. */
const SIMULATORS = {
  fts3: {
    what: 'FTS3: really copies the bytes between http(s) or dav(s) storages',
    kept: 'its jobs',
    start: async (common: Common, script: FaultScript, options: SimulateOptions): Promise<Running> => {
      const { startFtsSimulator } = await import('../../simulators/fts3/simulator.ts');
      const { siteOfPfn } = await import('../../simulators/storage/site-of-pfn.ts');
      const { clockwork, ...faults } = script;
      const links = options.sitesByPath ? { storageOf: siteOfPfn } : {};
      return startFtsSimulator({ ...common, ...faults, ...clockwork, ...links });
    },
  },
  dbs: {
    what: 'DBS: reader and writer on an SQLite database',
    kept: 'what is published',
    start: async (common: Common, { requestFaults }: FaultScript): Promise<Running> => {
      const { startDbsSimulator } = await import('../../simulators/dbs/dbs-simulator.ts');
      const { stateFile: database, ...rest } = common;
      return startDbsSimulator({ ...rest, requestFaults, ...(database !== undefined && { database }) });
    },
  },
  crab: {
    what: "CRAB's REST: file metadata and tasks",
    kept: 'what CRAB knows',
    start: async (common: Common, { requestFaults }: FaultScript, { dbs }: SimulateOptions): Promise<Running> => {
      const { startCrabSimulator } = await import('../../simulators/crab/crab-simulator.ts');
      return startCrabSimulator({ ...common, requestFaults, ...(dbs !== undefined && { dbs }) });
    },
  },
  storage: {
    what: 'storage: WebDAV on a folder per site',
    kept: 'what was done at its doors',
    start: async (common: Common, { requestFaults }: FaultScript, options: SimulateOptions): Promise<Running> => {
      const { startStorageSimulator } = await import('../../simulators/storage/storage-simulator.ts');
      const { root, site: sites, siteconf, url } = options;
      const simulator = await startStorageSimulator({ ...common, root, requestFaults, ...(sites && { sites }) });
      const { writeStorageJson } = await import('../../simulators/storage/storage-json.ts');
      if (siteconf !== undefined) await writeStorageJson(siteconf, sites ?? [], url ?? simulator.url);
      return simulator;
    },
  },
} as const;

/** `aso simulate fts3|dbs|crab|storage` */
export function addSimulate(program: Command): void {
  const simulate = program.command('simulate').description('stand-ins for the services that ASO talks to');
  for (const [name, { what, kept, start }] of Object.entries(SIMULATORS)) {
    const command = simulate
      .command(name)
      .description(`Runs a stand-in for ${what}. It ends on Ctrl-C.`)
      .option('--port <port>', 'where to listen; 0: any free port', toWhole(0, 65_535), 0)
      .option('--host <address>', 'address to listen at: whoever reaches it may do anything', '127.0.0.1')
      .option('--script <file>', 'YAML file of faults to show')
      .option('--tls <folder>', 'over TLS: a test CA and proxies of users are made in the folder, or used again')
      .option('--name <hosts...>', 'names by which others reach it, for its certificate', [])
      .option('--user <names...>', 'users to make proxies for', ['alice', 'bob'])
      .option('--state <file>', `SQLite file of ${kept}, which outlives the simulator; in memory without it`)
      .addHelpText(
        'after',
        `\nExamples:\n  aso simulate ${name} --port 8446 --script faults.yaml\n  aso simulate ${name} --tls ./pki`,
      )
      .action((options: SimulateOptions) => run(name, options, start));
    if (name === 'fts3')
      command.option('--sites-by-path', 'the first name of a path tells the site, where all of them share one door');
    if (name === 'crab') command.option('--dbs <url>', 'a DBS simulator: any task exists, and is published there');
    if (name === 'storage')
      command
        .addOption(new Option('--root <folder>', 'folder of the sites').makeOptionMandatory())
        .option('--site <names...>', 'sites to serve; any without it')
        .option('--siteconf <folder>', "where their storage.json files are written, for aso's setting siteconf")
        .option('--url <url>', 'by which others reach it, for those files; as it listens without it');
  }
  addJobs(simulate);
}

async function run(
  name: string,
  options: SimulateOptions,
  start: (common: Common, script: FaultScript, options: SimulateOptions) => Promise<Running>,
): Promise<void> {
  const { parseFaultScript } = await import('../../simulators/fault-script.ts');
  const script = parseFaultScript(options.script ? readFileSync(options.script, 'utf8') : '');
  const pki = options.tls === undefined ? null : await makePki(options.tls, options);
  const { port, host, state } = options;
  const common = { port, host, ...(pki && { tls: pki.server }), ...(state !== undefined && { stateFile: state }) };
  const simulator = await start(common, script, options);
  const ended = untilSignal();
  say(`${name} simulator at ${simulator.url}`);
  if (pki) {
    say(`Test CA and proxies of ${options.user.join(', ')}; for aso:`);
    say(`  export ASO_CREDENTIALS=${pki.credentials} ASO_TRUST_ANCHORS=${pki.trust}`);
  }
  await ended;
  await simulator.close();
}

async function makePki(folder: string, { user, name }: SimulateOptions): Promise<SimulatedPki> {
  const { createSimulatedPki } = await import('../../simulators/pki/simulated-pki.ts');
  const { storedAuthority } = await import('../../simulators/pki/stored-authority.ts');
  const root = resolve(folder);
  return createSimulatedPki(root, user, await storedAuthority(root), name);
}
