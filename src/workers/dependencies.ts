import type { Client } from '@temporalio/client';
import type { ActivityDependencies } from '../activities/index.ts';
import { createCrabAdapter } from '../adapters/crab/crab-adapter.ts';
import { createDbsAdapter } from '../adapters/dbs/dbs-adapter.ts';
import { createInstancePlaces } from '../adapters/dbs/instance-bulkhead.ts';
import { createFtsAdapter } from '../adapters/fts3/fts-adapter.ts';
import { readGroups } from '../adapters/groups/group-files.ts';
import { createSiteCatalog } from '../adapters/site-catalog/site-catalog.ts';
import { createGfalStorage } from '../adapters/storage/gfal-storage.ts';
import { boundPerSite } from '../adapters/storage/site-bulkhead.ts';
import { storageByScheme } from '../adapters/storage/storage-by-scheme.ts';
import { createWebDavStorage } from '../adapters/storage/webdav-storage.ts';
import type { Config } from '../config/index.ts';
import { createConnections } from './connections.ts';
import type { CredentialStore } from '../ports/credentials.ts';
import { lookNow } from './follower-looks.ts';
import { createKeptRules } from './kept-rules.ts';
import type { ServiceWatch } from './telemetry/services.ts';

/**
 * Puts the adapters together: the only place that knows all of them.
 * @param warn is told what is wrong with the surroundings and is no task's failure
 * @param watch is told of requests to services and of servers that are down
 */
export function createDependencies(
  config: Config,
  client: Client,
  warn?: (problem: string) => void,
  watch?: ServiceWatch,
): { dependencies: ActivityDependencies; store: CredentialStore; close: () => Promise<void> } {
  const { dispatchers, store, care, delegator } = createConnections(config, warn, watch);
  const { rules, close: closeRules } = createKeptRules(config, client, warn);
  const ftsHosts = ftsHostsOf(config);
  return {
    store,
    dependencies: {
      client,
      policy: config.policy,
      groups: () => readGroups(config.groups),
      defaultFtsServer: config.ftsServer,
      ftsAlternatives: config.ftsAlternatives ?? [],
      ftsActivity: config.fts.activity,
      rules,
      // The others are for looks.
      heldFollowers: Math.floor(config.worker.activitySlots.ftsFollow / 2),
      rulesAgeMs: config.operations.refresh * 1000,
      lookNow: (batchId, since) => lookNow(client, batchId, since),
      serverFault: (server) =>
        ftsHosts.has(new URL(server).hostname) ? null : 'server: must be at a host that may be named (ftsHosts)',
      fts: createFtsAdapter({ dispatchers, care, delegator }),
      sites: createSiteCatalog({
        siteconf: config.siteconf,
        ftsHosts,
        ...(warn && { onProblem: warn }),
      }),
      storage: storageByScheme(
        boundPerSite(createWebDavStorage({ dispatchers })),
        // Each of these is a process.
        boundPerSite(createGfalStorage({ store, gfalRm: config.gfalRm }), { atOnce: 4 }),
      ),
      crab: createCrabAdapter({
        url: config.crabUrl,
        dispatchers,
        worker: config.crabWorker,
        dbsHosts: dbsHostsOf(config),
      }),
      catalog: createDbsAdapter({ dispatchers }),
      catalogPlaces: createInstancePlaces(),
    },
    close: async () => {
      await closeRules();
      await dispatchers.close();
    },
  };
}

/** Where users' credentials may be delegated to on a site's word. */
function ftsHostsOf({ ftsServer, ftsAlternatives, ftsHosts }: Config): ReadonlySet<string> {
  const configured = [ftsServer, ...(ftsAlternatives ?? [])].map((url) => new URL(url).hostname);
  return new Set([...configured, ...(ftsHosts ?? [])]);
}

/** Where users' credentials may be shown on a task's word. */
const dbsHostsOf = ({ crabUrl, dbsHosts }: Config): ReadonlySet<string> =>
  new Set([new URL(crabUrl).hostname, ...(dbsHosts ?? [])]);
