import { join } from 'node:path';
import { startCrabSimulator, type CrabSimulator } from './crab/crab-simulator.ts';
import { startDbsSimulator, type DbsSimulator } from './dbs/dbs-simulator.ts';
import { startFtsSimulator, type FtsSimulator, type FtsSimulatorOptions } from './fts3/simulator.ts';
import { writeStorageJson } from './storage/storage-json.ts';
import { startStorageSimulator, type StorageSimulator } from './storage/storage-simulator.ts';

/** Everything outside of us, simulated on loopback: sites with folders, FTS, DBS, CRAB. */
export interface SimulatedWorld {
  fts: FtsSimulator;
  dbs: DbsSimulator;
  crab: CrabSimulator;
  storage: StorageSimulator;
  sites: readonly string[];
  /** Folder of the sites' storage.json. */
  siteconf: string;
  /** Stops all of it; the folders stay. */
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Folder for the sites' files and descriptions. */
  root: string;
  sites: readonly string[];
  fts?: FtsSimulatorOptions;
}

/** Starts one simulator of each kind, and describes the sites to whoever reads SITECONF. */
export async function startSimulatedWorld({ root, sites, fts }: WorldOptions): Promise<SimulatedWorld> {
  const siteconf = join(root, 'SITECONF');
  const started: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };
  const close = async (): Promise<void> => {
    await Promise.all(started.map((part) => part.close()));
  };
  try {
    const storage = keep(await startStorageSimulator({ root: join(root, 'sites'), sites }));
    await writeStorageJson(siteconf, sites, storage.url);
    return {
      storage,
      fts: keep(await startFtsSimulator({ storageOf: siteOfPfn, ...fts })),
      dbs: keep(await startDbsSimulator()),
      crab: keep(await startCrabSimulator({ refuseRepeatedLists: true })),
      sites,
      siteconf,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** All sites share one door, so that scheme and host do not tell them apart: `http://127.0.0.1:1/T2_X/store/…` is on T2_X. */
const siteOfPfn = (pfn: string): string => /^(\w+):\/\/[^/]+\/([^/]+)/.exec(pfn)?.slice(1).join('://') ?? pfn;
