import { InvalidArgumentError, type Command } from 'commander';
import { adviceFor } from '../failure-advice.ts';
import { untilSignal } from '../interrupt.ts';
import { say, warn } from '../terminal.ts';

interface MonitorOptions {
  listen?: string;
  database?: string;
  tokenFile?: string;
}

/** `aso monitor` */
export function addMonitor(program: Command): void {
  program
    .command('monitor')
    .summary('serve a page that shows what the service does and did')
    .description(
      'Samples the open tasks, keeps a history of what happened, and serves a page: files over time, links, users, tasks, failures,\n' +
        'publication, down to single files. It only looks. It ends on SIGTERM or SIGINT. docs/monitor.md says more.',
    )
    .option('--listen <host:port>', 'where the page is served (monitor.listen)', toAddress)
    .option('--database <file>', 'where the history is kept (monitor.database)')
    .option('--token-file <file>', 'holds the token that opens the page (monitor.tokenFile)')
    .addHelpText(
      'after',
      '\nExamples:\n  aso monitor\n  aso monitor --listen 0.0.0.0:8089 --token-file /etc/asyncstageout/monitor-token',
    )
    .action(monitor);
}

function toAddress(text: string): string {
  if (/^([\w.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i.test(text) && Number(/\d+$/.exec(text)?.[0]) <= 65_535) return text;
  throw new InvalidArgumentError('It must be host:port.');
}

async function monitor(options: MonitorOptions): Promise<void> {
  const path = await import('node:path');
  const { loadConfig } = await import('../../config/index.ts');
  const { connect } = await import('../../client/index.ts');
  const { startMonitor } = await import('../../monitor/run-monitor.ts');
  const { monitor: configured } = loadConfig(process.env);
  const connection = await connect(process.env);
  const { client, namespace, address } = connection;
  try {
    const running = await startMonitor({
      ...{ client, namespace, adviceFor, release: await releaseOf() },
      config: {
        ...configured,
        ...(options.listen !== undefined && { listen: options.listen }),
        ...(options.database !== undefined && { database: path.resolve(options.database) }),
        ...(options.tokenFile !== undefined && { tokenFile: path.resolve(options.tokenFile) }),
      },
      onTrouble: (problem) => warn(problem === null ? 'sampling again' : `no sample: ${problem}`),
      onError: (error) => warn(error.stack ?? error.message),
    });
    const ended = untilSignal();
    say(`monitor of namespace ${namespace} at ${address}: ${running.url}`);
    say(`history in ${running.database}; Ctrl-C ends it`);
    await ended;
    await running.close();
  } finally {
    await connection.close();
  }
}

/** Of package.json, which lies beside src/, or beside dist/ where this is compiled. */
async function releaseOf(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const up = import.meta.url.endsWith('.ts') ? '../../..' : '../../../..';
  const text = await readFile(new URL(`${up}/package.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
