import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StuckGroup } from '../../client/index.ts';
import { startOwnedProcess, type OwnedProcess } from '../../workers/child-process.ts';
import type { Stage } from '../stage.ts';

/** The monitor, as somebody who has its page open sees it. */
export interface MonitorPage {
  url: string;
  /** What it calls stuck. */
  stuck(): Promise<Pick<StuckGroup, 'cause' | 'subject'>[]>;
  close(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/** Serves the monitor's page for the demo's tasks. @throws Error with what it wrote where it does not come up */
export async function openMonitor({ environment, folder }: Stage): Promise<MonitorPage> {
  const main = fileURLToPath(new URL(`../../cli/main${import.meta.url.slice(-3)}`, import.meta.url));
  const args = [main, 'monitor', '--listen', '127.0.0.1:0', '--database', join(folder, 'monitor.sqlite')];
  const monitor = await startOwnedProcess(process.execPath, args, { env: environment });
  const url = await urlOf(monitor);
  return {
    url,
    close: () => monitor.stop(),
    async stuck() {
      const answer = await fetch(new URL('/api/v1/stuck', url));
      if (!answer.ok) throw new Error(`the monitor answers ${answer.status}: ${await answer.text()}`);
      return ((await answer.json()) as { stuck: StuckGroup[] }).stuck;
    },
  };
}

/** Where it listens, which it says when it does. */
async function urlOf(monitor: OwnedProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (why: string) => (): void => reject(new Error(`the monitor ${why}:\n${monitor.output()}`));
  const timer = setTimeout(fail(`was not up after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
  monitor.child.once('exit', fail('ended by itself'));
  monitor.child.stdout?.on('data', (text: string) => {
    const [, url] = /: (http:\S+)/.exec(text) ?? [];
    if (url) resolve(url);
  });
  try {
    return await promise;
  } catch (error) {
    await monitor.stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
