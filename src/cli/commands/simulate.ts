import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { FaultScript } from '../../simulators/fault-script.ts';
import { say } from '../terminal.ts';

interface SimulateOptions {
  port: number;
  script?: string;
  root: string;
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
    start: async ({ port }: SimulateOptions, script: FaultScript): Promise<Running> => {
      const { startFtsSimulator } = await import('../../simulators/fts3/simulator.ts');
      return startFtsSimulator({ port, ...script });
    },
  },
  dbs: {
    what: 'DBS: reader and writer on an SQLite database in memory',
    start: async ({ port }: SimulateOptions, { requestFaults }: FaultScript): Promise<Running> => {
      const { startDbsSimulator } = await import('../../simulators/dbs/dbs-simulator.ts');
      return startDbsSimulator({ port, requestFaults });
    },
  },
  crab: {
    what: "CRAB's REST: file metadata and tasks",
    start: async ({ port }: SimulateOptions, { requestFaults }: FaultScript): Promise<Running> => {
      const { startCrabSimulator } = await import('../../simulators/crab/crab-simulator.ts');
      return startCrabSimulator({ port, requestFaults });
    },
  },
  storage: {
    what: 'storage: WebDAV on a folder per site',
    start: async ({ port, root }: SimulateOptions, { requestFaults }: FaultScript): Promise<Running> => {
      const { startStorageSimulator } = await import('../../simulators/storage/storage-simulator.ts');
      return startStorageSimulator({ port, root, requestFaults });
    },
  },
} as const;

/** `aso simulate fts3|dbs|crab|storage` */
export function addSimulate(program: Command): void {
  const simulate = program.command('simulate').description('stand-ins for the services that ASO talks to');
  for (const [name, { what, start }] of Object.entries(SIMULATORS)) {
    const command = simulate
      .command(name)
      .description(`Runs a stand-in for ${what}. It ends on Ctrl-C.`)
      .option('--port <port>', 'where to listen on loopback; 0: any free port', toPort, 0)
      .option('--script <file>', 'YAML file of faults to show')
      .addHelpText('after', `\nExamples:\n  aso simulate ${name} --port 8446 --script faults.yaml`)
      .action((options: SimulateOptions) => run(name, options, start));
    if (name === 'storage')
      command.addOption(new Option('--root <folder>', 'folder of the sites').makeOptionMandatory());
  }
}

async function run(
  name: string,
  options: SimulateOptions,
  start: (options: SimulateOptions, script: FaultScript) => Promise<Running>,
): Promise<void> {
  const { parseFaultScript } = await import('../../simulators/fault-script.ts');
  const script = parseFaultScript(options.script ? readFileSync(options.script, 'utf8') : '');
  const simulator = await start(options, script);
  say(`${name} simulator at ${simulator.url}`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be a port from 0 to 65535.');
  return port;
}
