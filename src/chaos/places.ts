import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ServiceName } from './parts.ts';

/** Where everything of a run lies: what happened, what everybody wrote, and what each service knew. */
export interface Places {
  folder: string;
  logs: string;
  /** Root of the sites' files. */
  sites: string;
  siteconf: string;
  ftsScript: string;
  /** Histories of all runs. */
  histories: string;
  stateOf(service: ServiceName): string;
  logOf(service: ServiceName): string;
}

/** Makes the folder of a run, empty. */
export async function makePlaces(root: string): Promise<Places> {
  const folder = resolve(root);
  await rm(folder, { recursive: true, force: true });
  const [logs, state, histories] = [join(folder, 'logs'), join(folder, 'state'), join(folder, 'histories')];
  for (const path of [logs, state, histories]) await mkdir(path, { recursive: true });
  return {
    ...{ folder, logs, histories },
    sites: join(folder, 'sites'),
    siteconf: join(folder, 'SITECONF'),
    ftsScript: join(folder, 'fts.yaml'),
    stateOf: (service) => join(state, `${service}.db`),
    logOf: (service) => join(logs, `${service}.log`),
  };
}
