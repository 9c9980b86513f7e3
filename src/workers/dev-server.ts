import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ALL_SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { startOwnedProcess, type OwnedProcess } from './child-process.ts';
import { freePorts } from './free-ports.ts';
import { SERVER_SETTINGS, serverEnvironment } from './server-settings.ts';
import { findTemporalCli } from './temporal-cli.ts';

export interface DevServerOptions {
  /** Serve Temporal's UI too. @default false */
  ui?: boolean;
  /** Keep what happens in this SQLite file. @default in memory only */
  dbFile?: string;
  /** Port of the front end. @default a free one */
  port?: number;
  /** File to which all that it writes is appended. @default none */
  log?: string | null;
  /** Further arguments of `temporal server start-dev`. */
  extraArgs?: readonly string[];
  /** Give up when it does not answer after so long. @default 60 s */
  readyTimeoutMs?: number;
}

export interface DevServer {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  readonly pid: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const NAMESPACE = 'default';
/** Free ports are found by asking and letting go, so another process may be faster: try again. */
const ATTEMPTS = 3;

/** Starts Temporal's dev server with our search attributes; it ends with this process. Returns once it answers. */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const cli = findTemporalCli();
  for (let attempt = 1; ; attempt++) {
    const [port, uiPort, httpPort, metricsPort] = await freePorts(HOST, 4);
    const address = `${HOST}:${options.port ?? port}`;
    const args = [
      ...['server', 'start-dev', '--ip', HOST, '--log-level', 'error', '--namespace', NAMESPACE],
      ...['--port', String(options.port ?? port), '--http-port', String(httpPort)],
      ...['--metrics-port', String(metricsPort)],
      ...(options.ui ? ['--ui-ip', HOST, '--ui-port', String(uiPort)] : ['--headless']),
      ...(options.dbFile ? ['--db-filename', options.dbFile] : []),
      // By default the server may move timers by up to a second.
      ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="1ms"'],
      ...Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
      ...ALL_SEARCH_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${cliType(type)}`]),
      ...(options.extraArgs ?? []),
    ];
    const server = await startOwnedProcess(cli, args, { env: serverEnvironment(), log: options.log ?? null });
    try {
      await untilReady(server, address, options.readyTimeoutMs ?? 60_000);
    } catch (error) {
      await server.stop(0);
      if (attempt < ATTEMPTS && options.port === undefined && server.output().includes('address already in use'))
        continue;
      throw error;
    }
    return {
      address,
      namespace: NAMESPACE,
      uiUrl: options.ui ? `http://${HOST}:${uiPort}` : null,
      pid: server.pid,
      close: () => server.stop(),
    };
  }
}

/** `KEYWORD_LIST` is `KeywordList` on the command line. */
const cliType = (type: string): string =>
  type.replace(/([A-Z])([A-Z]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase());

/** Waits until the front end answers for the namespace and knows our search attributes. */
async function untilReady(server: OwnedProcess, address: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  // Short at first, because a connection made before the port is open waits a second before it tries again.
  for (let patience = 300; Date.now() < deadline; patience = Math.min(patience * 1.5, 5_000)) {
    if (server.child.exitCode !== null || server.child.signalCode !== null)
      throw new Error(`the Temporal dev server ended before it answered:\n${server.output()}`);
    try {
      return await probe(address, patience);
    } catch (error) {
      last = error;
      await sleep(50);
    }
  }
  throw new Error(`the Temporal dev server at ${address} did not answer within ${timeoutMs} ms`, { cause: last });
}

async function probe(address: string, timeoutMs: number): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: timeoutMs });
  try {
    await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
    const missing = ALL_SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
    if (missing.length) throw new Error(`search attributes not there yet: ${missing.map((a) => a.name).join(', ')}`);
  } finally {
    await connection.close();
  }
}
