import { createCrabAdapter } from '../adapters/crab/crab-adapter.ts';
import { createCrabQueue } from '../adapters/crab/crab-queue.ts';
import type { Config } from '../config/index.ts';
import { Puller } from '../pull/puller.ts';
import type { PullParts } from '../pull/pull-parts.ts';
import { createConnections } from '../workers/connections.ts';

/** A puller with the configured CRAB, and the way to let go of its connections. */
export function createPuller(
  config: Config,
  parts: Pick<PullParts, 'client' | 'worker' | 'limit' | 'warn'>,
): { puller: Puller; close: () => Promise<void> } {
  const { dispatchers } = createConnections(config, parts.warn);
  const { crabUrl: url, policy } = config;
  const puller = new Puller({
    ...parts,
    crab: createCrabAdapter({ url, dispatchers, worker: parts.worker }),
    queue: createCrabQueue({ url, dispatchers }),
    metadataTimeout: policy.metadataTimeout,
  });
  return { puller, close: () => dispatchers.close() };
}
