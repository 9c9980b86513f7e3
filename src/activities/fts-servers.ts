import { PortError } from '../ports/errors.ts';
import type { SiteCatalogPort } from '../ports/storage.ts';

export interface FtsServerChoice {
  sites: SiteCatalogPort;
  /** Server for sites that ask for none. */
  defaultFtsServer: string;
  /** Servers that take over where the wanted ones are down. */
  ftsAlternatives: readonly string[];
}

/** The FTS servers that may serve a destination, the most wanted first: those its site asks for, else the default; then the alternatives. */
export async function serversFor(
  { sites, defaultFtsServer, ftsAlternatives }: FtsServerChoice,
  destination: string,
): Promise<string[]> {
  const asked = await sites.ftsServers(destination).catch((error: unknown) => {
    // A site that is not described asks for no server; its files are held when they are to be sent.
    if (error instanceof PortError && !error.retryable) return [];
    throw error;
  });
  const wanted = asked.length > 0 ? asked : [defaultFtsServer];
  return [...new Set([...wanted, ...ftsAlternatives])];
}
