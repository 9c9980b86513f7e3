import { join } from 'node:path';
import { startCrabSimulator, type CrabSimulator } from './crab/crab-simulator.ts';
import { startDbsSimulator, type DbsSimulator } from './dbs/dbs-simulator.ts';
import { startFtsSimulator, type FtsSimulator, type FtsSimulatorOptions } from './fts3/simulator.ts';
import { createSimulatedPki, type SimulatedPki } from './pki/simulated-pki.ts';
import { StompBroker, type BrokerOptions } from './stomp/broker.ts';
import { siteOfPfn } from './storage/site-of-pfn.ts';
import { writeStorageJson } from './storage/storage-json.ts';
import {
  startStorageSimulator,
  type StorageSimulator,
  type StorageSimulatorOptions,
} from './storage/storage-simulator.ts';

/** Everything outside of us, simulated on loopback: sites with folders, FTS, DBS, CRAB. */
export interface SimulatedWorld {
  fts: FtsSimulator;
  dbs: DbsSimulator;
  crab: CrabSimulator;
  storage: StorageSimulator;
  /** Gets FTS's messages; null where there is none. */
  broker: StompBroker | null;
  sites: readonly string[];
  /** Folder of the sites' storage.json. */
  siteconf: string;
  /** Authority and users; null where all of it speaks plain HTTP. */
  pki: SimulatedPki | null;
  /** Stops all of it; the folders stay. */
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Folder for the sites' files and descriptions. */
  root: string;
  sites: readonly string[];
  fts?: FtsSimulatorOptions;
  /** Everything over TLS, and only for these users, whose proxies lie below the root then. */
  tls?: WorldTls;
  /** How sites' storage answers; plain WebDAV doors where nothing is said. */
  habits?: StorageSimulatorOptions['habits'];
  /** FTS sends messages to a broker of this kind. */
  broker?: Omit<BrokerOptions, 'tls'>;
}

export interface WorldTls {
  users: readonly string[];
  /** Members of groups with an area at the sites. */
  groups?: Readonly<Record<string, readonly string[]>>;
}

/** Starts one simulator of each kind, and describes the sites to whoever reads SITECONF. */
export async function startSimulatedWorld({
  root,
  sites,
  fts,
  tls,
  habits,
  broker: messages,
}: WorldOptions): Promise<SimulatedWorld> {
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
    const pki = tls ? await createSimulatedPki(root, tls.users) : null;
    const server = pki ? { tls: pki.server } : {};
    const knownUsers = pki && {
      identities: (tls?.users ?? []).map((user) => ({ dn: pki.dnOf(user), vo: 'cms' })),
      unknownVo: null,
    };
    const storage = keep(
      await startStorageSimulator({
        root: join(root, 'sites'),
        sites,
        groups: tls?.groups ?? {},
        ...server,
        ...(habits && { habits }),
      }),
    );
    const broker = messages ? keep(await StompBroker.start({ ...server, ...messages })) : null;
    const publish = broker && { publish: broker.publish.bind(broker) };
    await writeStorageJson(siteconf, sites, storage.url);
    return {
      storage,
      broker,
      fts: keep(await startFtsSimulator({ storageOf: siteOfPfn, ...server, ...knownUsers, ...publish, ...fts })),
      dbs: keep(await startDbsSimulator(server)),
      crab: keep(await startCrabSimulator({ refuseRepeatedLists: true, ...server })),
      sites,
      siteconf,
      pki,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
