import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startOwnedProcess, type OwnedProcess } from '../workers/child-process.ts';
import { freeLowPorts } from '../workers/free-ports.ts';
import { MAX_CONNECTIONS } from './server-config.ts';
import { unprivilegedUser } from './unprivileged-user.ts';

const run = promisify(execFile);

const HOST = '127.0.0.1';
const USER = 'temporal';
/** What it says of itself when it answers; a standby says the same of read-only connections. */
const READY = /ready to accept (read-only )?connections/;
/** What a killed one's processes, which take a moment to notice, keep a new one from. */
const NOT_GONE_YET = /shared memory block|lock file/;
const PATIENCE_MS = 60_000;

export interface PostgresqlOptions {
  /** Folder of its programs. */
  programs: string;
  /** What differs from PostgreSQL's own configuration, by name. */
  settings?: Readonly<Record<string, string>>;
  /** File to which all that it writes is appended. @default none */
  log?: string | null;
}

/**
 * A PostgreSQL of our own: a cluster in a folder of its own, on a free port of loopback, with a password that nobody else knows. It ends
 * with this process, however this process ends; `close` removes its folder, too.
 */
export class Postgresql {
  readonly host = HOST;
  readonly user = USER;
  readonly port: number;
  readonly password: string;
  /** Everything of it: `data` and its password's file. */
  readonly folder: string;
  readonly #options: PostgresqlOptions;
  readonly #owner: ReturnType<typeof unprivilegedUser>;
  #process: OwnedProcess | null = null;

  private constructor(folder: string, port: number, password: string, options: PostgresqlOptions) {
    this.folder = folder;
    this.port = port;
    this.password = password;
    this.#options = options;
    this.#owner = unprivilegedUser();
  }

  /** Makes an empty cluster and starts it. Returns when it answers. */
  static async start(options: PostgresqlOptions): Promise<Postgresql> {
    const cluster = await Postgresql.#prepare(options, randomBytes(18).toString('base64url'));
    return cluster.#begin(() =>
      cluster.run('initdb', [
        ...['-D', cluster.data, '-U', USER, '--pwfile', join(cluster.folder, 'password'), '--auth=scram-sha-256'],
        // Not written through to the disk until the first checkpoint: it is new, and nothing is lost with it.
        ...['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'],
      ]),
    );
  }

  /**
   * A copy of it as it runs, by `pg_basebackup`, with its settings, on a port of its own. A standby is started, follows, and answers reads
   * only, until `promote`. A backup is not: `restart` restores it, of the time of the copy, or, where the settings have a
   * `restore_command`, to the end of the log that this finds.
   */
  async copyAs(role: 'standby' | 'backup', settings: Readonly<Record<string, string>> = {}): Promise<Postgresql> {
    const options = { ...this.#options, settings: { ...this.#options.settings, ...settings } };
    const copy = await Postgresql.#prepare(options, this.password);
    return copy.#begin(async () => {
      await copy.run('pg_basebackup', [
        ...['-D', copy.data, '-h', HOST, '-p', String(this.port), '-U', USER, '--no-password'],
        ...['--checkpoint=fast', '--wal-method=stream', '--no-sync'],
        ...(role === 'standby' ? ['--write-recovery-conf'] : []),
      ]);
      if (settings['restore_command']) await writeFile(join(copy.data, 'recovery.signal'), '');
    }, role === 'standby');
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Process id of its postmaster; 0 where it does not run. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get isRunning(): boolean {
    const child = this.#process?.child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** The last lines it wrote. */
  output(): string {
    return this.#process?.output() ?? '';
  }

  /**
   * Runs one of PostgreSQL's programs as the user that owns the cluster, with its password.
   * @returns what it printed
   * @throws Error with what it said
   */
  async run(program: string, args: readonly string[]): Promise<string> {
    const env = { ...process.env, LC_ALL: 'C', PGPASSWORD: this.password, PGAPPNAME: program };
    const { stdout } = await run(join(this.#options.programs, program), args, {
      ...this.#owner,
      ...{ env, cwd: this.folder, maxBuffer: 64 * 2 ** 20 },
    });
    return stdout;
  }

  /** Answers of SQL statements, one after the other: each row a line, columns set apart by `|`. */
  async query(database: string, sql: string): Promise<string[]> {
    const where = ['-h', HOST, '-p', String(this.port), '-U', USER, '-d', database, '--no-password'];
    const answer = await this.run('psql', [...where, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql]);
    return answer.split('\n').filter(Boolean);
  }

  /** Sets what can be set while it runs, for good. */
  async configure(setting: string, value: string): Promise<void> {
    await this.query('postgres', `ALTER SYSTEM SET ${setting} = '${value.replaceAll("'", "''")}'`);
    await this.query('postgres', 'SELECT pg_reload_conf()');
  }

  /** Makes a standby one that takes writes. Returns when it does. */
  async promote(): Promise<void> {
    await this.query('postgres', 'SELECT pg_promote(true, 60)');
  }

  /** Ends it with SIGKILL, as a machine that is gone would. Returns when its processes have noticed. */
  async kill(): Promise<void> {
    if (!this.isRunning || !this.#process) return;
    const { child } = this.#process;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends it in good order: connections are cut, what is committed is on disk. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Starts it again on the same data and port. Returns when it answers. */
  async restart(): Promise<void> {
    await this.stop();
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const failure = await this.#launch();
      if (failure === null) return;
      if (!NOT_GONE_YET.test(failure) || Date.now() > deadline)
        throw new Error(`PostgreSQL did not start:\n${failure}`);
      await sleep(100);
    }
  }

  /** Ends it and removes all that was in it. */
  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  static async #prepare(options: PostgresqlOptions, password: string): Promise<Postgresql> {
    const folder = await mkdtemp(join(tmpdir(), 'aso-postgresql-'));
    const [port = 0] = await freeLowPorts(HOST, 1);
    const cluster = new Postgresql(folder, port, password, options);
    await writeFile(join(folder, 'password'), password, { mode: 0o600 });
    const owner = cluster.#owner;
    if (owner) for (const path of [join(folder, 'password'), folder]) await chown(path, owner.uid, owner.gid);
    return cluster;
  }

  async #begin(fill: () => Promise<unknown>, starts = true): Promise<this> {
    try {
      await fill();
      if (starts) await this.restart();
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** @returns why it did not start; null when it answers */
  async #launch(): Promise<string | null> {
    const settings = {
      listen_addresses: HOST,
      port: String(this.port),
      unix_socket_directories: '',
      // Shared memory as files of its folder: nothing is left in the machine's where it is killed.
      dynamic_shared_memory_type: 'mmap',
      max_connections: String(MAX_CONNECTIONS),
      lc_messages: 'C',
      ...this.#options.settings,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const cluster = await startOwnedProcess(join(this.#options.programs, 'postgres'), ['-D', this.data, ...args], {
      ...{ user: this.#owner, log: this.#options.log ?? null },
      // Fast shutdown; and immediate shutdown, which a postmaster passes on to all its processes.
      ...{ ask: 'SIGINT', insist: 'SIGQUIT' },
    });
    this.#process = cluster;
    const ready = Promise.withResolvers<boolean>();
    cluster.child.stderr?.on('data', (text: string) => READY.test(text) && ready.resolve(true));
    cluster.child.once('close', () => ready.resolve(false));
    const late = setTimeout(
      () => ready.reject(new Error(`PostgreSQL did not answer:\n${cluster.output()}`)),
      PATIENCE_MS,
    );
    try {
      return (await ready.promise) ? null : cluster.output();
    } finally {
      clearTimeout(late);
    }
  }
}
