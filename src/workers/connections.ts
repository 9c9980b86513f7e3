import { createCredentialFolder } from '../adapters/credentials/credential-folder.ts';
import { createDispatchers, type Dispatchers } from '../adapters/credentials/dispatchers.ts';
import { NO_CREDENTIALS } from '../adapters/credentials/no-credentials.ts';
import { createTrustAnchors } from '../adapters/credentials/trust-anchors.ts';
import { Delegator } from '../adapters/fts3/delegator.ts';
import { ServerCare } from '../adapters/fts3/server-care.ts';
import type { Config } from '../config/index.ts';
import type { CredentialStore } from '../ports/credentials.ts';
import type { ServiceWatch } from './telemetry/services.ts';

/** How servers are reached as the owners of files. */
export interface Connections {
  dispatchers: Dispatchers;
  /** For programs that reach servers by themselves. */
  store: CredentialStore;
  delegator: Delegator;
  /** Of FTS servers: what goes to them goes through it. */
  care: ServerCare;
}

/**
 * Connections with the configured credentials and trust anchors.
 * @param warn is told what is wrong with the surroundings and is no task's failure
 * @param watch is told of requests to services and of servers that are down
 */
export function createConnections(
  config: Config,
  warn?: (problem: string) => void,
  { onRequest, onCircuit }: ServiceWatch = {},
): Connections {
  const store = config.credentials === null ? NO_CREDENTIALS : createCredentialFolder(config.credentials);
  const trust = createTrustAnchors({ path: config.trustAnchors, ...(warn && { onProblem: warn }) });
  const dispatchers = createDispatchers({ store, trust, onRequest });
  const { maxConcurrentRequests: atOnce, requestsPerSecond: perSecond } = config.fts;
  const care = new ServerCare({ atOnce, perSecond, onCircuit });
  return { dispatchers, store, care, delegator: new Delegator({ dispatchers, care, store, ...config.delegation }) };
}
