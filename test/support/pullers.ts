import { createCrabAdapter } from '../../src/adapters/crab/crab-adapter.ts';
import { createCrabQueue } from '../../src/adapters/crab/crab-queue.ts';
import { createAnonymousDispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { Puller } from '../../src/pull/puller.ts';
import type { PullParts } from '../../src/pull/pull-parts.ts';
import type { Rig } from './rig.ts';
import type { World } from './world.ts';

export interface TestPuller {
  puller: Puller;
  /** What it warned of. */
  warnings: string[];
  close: () => Promise<void>;
}

/** A puller at the CRAB of a simulated world. */
export function startPuller(
  { crab: { restUrl: url } }: World,
  { client }: Pick<Rig, 'client'>,
  worker: string,
  options: Partial<Pick<PullParts, 'limit' | 'metadataTimeout'>> = {},
): TestPuller {
  const dispatchers = createAnonymousDispatchers();
  const warnings: string[] = [];
  const puller = new Puller({
    ...{ client, worker, limit: 10_000, metadataTimeout: 3600, ...options },
    crab: createCrabAdapter({ url, dispatchers, worker, companyMs: 20 }),
    queue: createCrabQueue({ url, dispatchers }),
    warn: (problem) => void warnings.push(problem),
  });
  return { puller, warnings, close: () => dispatchers.close() };
}
