import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { startOwnedProcess, type OwnedProcess } from '../workers/child-process.ts';
import { freeLowPorts } from '../workers/free-ports.ts';
import { serverEnvironment } from '../workers/server-settings.ts';
import {
  DYNAMIC_CONFIG,
  dynamicConfigText,
  PORTS,
  serverConfigText,
  type DatabaseAddress,
  type SqlPlugin,
} from './server-config.ts';

const HOST = '127.0.0.1';
/** Free ports are found by asking and letting go, so another process may be faster: try again. */
const ATTEMPTS = 3;
const PATIENCE_MS = 60_000;

export interface FullServerOptions {
  /** Temporal's full server. */
  program: string;
  /** Where the databases are, with their schemas. */
  database: DatabaseAddress;
  /** As the databases were first used with: it cannot be changed. @default 4, as in Temporal's own development configuration */
  historyShards?: number;
  /** What differs from `DYNAMIC_CONFIG`. */
  dynamicConfig?: Readonly<Record<string, unknown>>;
  /** How it speaks to PostgreSQL. @default 'postgres12_pgx' */
  sqlPlugin?: SqlPlugin | undefined;
  /** Folder that histories of closed workflows may be archived in. @default none */
  archive?: string | null;
  /** File to which all that it writes is appended. @default none */
  log?: string | null;
}

/** A process of Temporal's full server with all its services, on free ports of loopback. It ends with this process. */
export class FullServer {
  readonly address: string;
  readonly #options: FullServerOptions;
  readonly #folder: string;
  readonly #ports: readonly number[];
  #process: OwnedProcess | null = null;

  private constructor(options: FullServerOptions, folder: string, ports: readonly number[]) {
    this.#options = options;
    this.#folder = folder;
    this.#ports = ports;
    this.address = `${HOST}:${ports[0]}`;
  }

  /** Starts one; several on the same database share its work. Returns when its front end answers. */
  static async start(options: FullServerOptions): Promise<FullServer> {
    for (let attempt = 1; ; attempt++) {
      const folder = await mkdtemp(join(tmpdir(), 'aso-temporal-'));
      const server = new FullServer(options, folder, await freeLowPorts(HOST, PORTS));
      try {
        await server.restart();
        return server;
      } catch (error) {
        await server.close();
        if (attempt === ATTEMPTS || !(error as Error).message.includes('address already in use')) throw error;
      }
    }
  }

  /** Process id; 0 where it does not run. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#process?.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    await this.#process?.stop(15_000);
  }

  /**
   * Starts it again on the same ports. Returns when its front end answers.
   * @param database another one than before
   */
  async restart(database = this.#options.database): Promise<void> {
    await this.stop();
    const { program, historyShards = 4, dynamicConfig, sqlPlugin, archive = null, log = null } = this.#options;
    const dynamicFile = join(this.#folder, 'dynamic.yaml');
    const [host, ports] = [HOST, this.#ports];
    await writeFile(dynamicFile, dynamicConfigText({ ...DYNAMIC_CONFIG, ...dynamicConfig }));
    const text = serverConfigText({
      ...{ database, host, ports, dynamicConfig: dynamicFile, historyShards, sqlPlugin, archive },
    });
    // The database's password is in it.
    await writeFile(join(this.#folder, 'aso.yaml'), text, { mode: 0o600 });
    const args = ['--root', this.#folder, '--config', '.', '--env', 'aso', '--allow-no-auth', 'start'];
    this.#process = await startOwnedProcess(program, args, { env: serverEnvironment(), log });
    await this.#untilReady(this.#process);
  }

  /** Ends it and removes its configuration. */
  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #untilReady(server: OwnedProcess): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    let last: unknown;
    while (Date.now() < deadline) {
      if (server.child.exitCode !== null || server.child.signalCode !== null)
        throw new Error(`Temporal's server ended before it answered:\n${withoutStacks(server.output())}`);
      try {
        const connection = await Connection.connect({ address: this.address, connectTimeout: 300 });
        // Answered from the database, so that it is known to be in reach.
        return await connection.workflowService.getClusterInfo({}).then(() => connection.close());
      } catch (error) {
        last = error;
        await sleep(50);
      }
    }
    throw new Error(`Temporal's server at ${this.address} did not answer within ${PATIENCE_MS} ms`, { cause: last });
  }
}

/** Each line of its log ends with the place in its code. */
const withoutStacks = (log: string): string => log.replaceAll(/,"logging-call-at":.*$/gm, '}');
