import { PortError } from '../ports/errors.ts';
import type { OperatorRulesPort } from '../ports/operator-rules.ts';
import type { SiteCatalogPort } from '../ports/storage.ts';

export interface FtsServerChoice {
  sites: SiteCatalogPort;
  rules: OperatorRulesPort;
  /** What is wrong with a server that an operator chooses; null for nothing. */
  serverFault: (server: string) => string | null;
  /** Server for sites that ask for none. */
  defaultFtsServer: string;
  /** Servers that take over where the wanted ones are down. */
  ftsAlternatives: readonly string[];
}

/**
 * The FTS servers that may serve a destination, the most wanted first: the one an operator has chosen; those its site asks for, else the
 * default; then the alternatives.
 */
export async function serversFor(choice: FtsServerChoice, destination: string): Promise<string[]> {
  const { sites, defaultFtsServer, ftsAlternatives } = choice;
  const chosen = await chosenServer(choice, destination);
  const asked = await sites.ftsServers(destination).catch((error: unknown) => {
    // A site that is not described asks for no server; its files are held when they are to be sent.
    if (error instanceof PortError && !error.retryable) return [];
    throw error;
  });
  const wanted = asked.length > 0 ? asked : [defaultFtsServer];
  return [...new Set([...(chosen === null ? [] : [chosen]), ...wanted, ...ftsAlternatives])];
}

/** The server that an operator has chosen for a destination, if credentials may be sent there; null where there is none. */
export async function chosenServer(
  { rules, serverFault }: Pick<FtsServerChoice, 'rules' | 'serverFault'>,
  destination: string,
): Promise<string | null> {
  const { servers } = await rules.rules();
  const server = servers.find(({ site }) => site === destination)?.server;
  return server === undefined || serverFault(server) !== null ? null : server;
}
