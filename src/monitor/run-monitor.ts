import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Client } from '@temporalio/client';
import { ConfigError, type Config } from '../config/index.ts';
import type { FailureClass } from '../domain/failure-classes.ts';
import { readAccessToken } from '../web/access-token.ts';
import { listen, splitAddress } from '../web/listen.ts';
import { isLoopback } from '../web/loopback.ts';
import { prometheusSeries } from './prometheus/series.ts';
import { Sampler } from './sampler/sampler.ts';
import { UnchangedTasks } from './sampler/unchanged.ts';
import { openAccess, tokenAccess } from './server/access.ts';
import { ownHistory } from './server/api.ts';
import { createApp } from './server/app.ts';
import { fileFinder } from './server/find-files.ts';
import { stuckFinder } from './server/find-stuck.ts';
import { TemporalUi } from './server/temporal-ui.ts';
import { Database, MonitorDatabaseError } from './store/database.ts';
import { History } from './store/history.ts';
import { Names } from './store/names.ts';
import { Recorder } from './store/recorder.ts';
import { Standing } from './store/standing.ts';

export interface MonitorOptions {
  client: Client;
  namespace: string;
  config: Config['monitor'];
  /** This release, for the page's foot. */
  release: string;
  adviceFor: (failure: FailureClass) => string;
  /** Told when samples begin to fail, and null when they succeed again. */
  onTrouble: (problem: string | null) => void;
  onError: (error: Error) => void;
}

/** A monitor that samples and serves. */
export interface Monitor {
  url: string;
  database: string;
  /** Ends sampling, the server and the database. */
  close(): Promise<void>;
}

/**
 * Starts the monitor: its history, the sampler, the page.
 * @throws ConfigError without a token where others could look, MonitorDatabaseError, ListenError
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { client, namespace, config, release, adviceFor, onTrouble, onError } = options;
  const { host, port } = splitAddress(config.listen);
  if (!isLoopback(host) && config.tokenFile === null)
    throw new ConfigError([
      { where: 'monitor.tokenFile', rule: `must name a file with a token where others can look (monitor.listen)`, given: 'none' }, // prettier-ignore
    ]);
  // Prometheus shows the same file to scrape it.
  const access =
    config.tokenFile === null
      ? openAccess()
      : tokenAccess(readAccessToken(config.tokenFile, 'monitor.tokenFile', true));
  const location = config.database ?? defaultDatabase(process.env);
  makeFolderOf(location);
  const database = new Database(location);
  const names = new Names(database);
  const [standing, history] = [new Standing(database, names), new History(database, names, config.keepMinutes)];
  const sampler = new Sampler({
    ...{ database, names, client, standing },
    ...{ recorder: new Recorder(database, names), unchanged: new UnchangedTasks(client) },
    ...{ interval: config.interval, retention: { minutes: config.keepMinutes, hours: config.keepHours }, onTrouble },
  });
  const ui = new TemporalUi(config.temporalUi, namespace);
  const app = createApp({
    ...{ history, standing, adviceFor, host, hosts: config.hosts, access, onError },
    series:
      config.prometheusUrl === null ? ownHistory(history) : prometheusSeries(config.prometheusUrl, ownHistory(history)),
    ui,
    findFiles: fileFinder(client),
    findStuck: stuckFinder(client, ui, { graceMs: config.stuckAfter * 1000 }),
    state: () => ({ interval: config.interval, isWriter: sampler.isWriter, namespace, release }),
  });
  let server;
  try {
    server = await listen(app, host, port, 'set monitor.listen or give --listen host:port');
  } catch (error) {
    database.close();
    throw error;
  }
  const { url } = server;
  const stop = new AbortController();
  const sampling = sampler.run(stop.signal);
  return {
    ...{ url, database: location },
    async close() {
      stop.abort();
      await Promise.all([sampling, server.close()]);
      database.close();
    },
  };
}

function makeFolderOf(location: string): void {
  try {
    mkdirSync(dirname(location), { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MonitorDatabaseError(`the folder of the monitor database ${location} cannot be made: ${why}; set monitor.database`); // prettier-ignore
  }
}

/** As the XDG base directories say. */
function defaultDatabase(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'asyncstageout', 'monitor.sqlite');
}
