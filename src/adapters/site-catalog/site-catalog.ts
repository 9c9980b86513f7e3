import { isServiceUrl, SERVICE_URL_RULE, withoutSlash } from '../../domain/service-url.ts';
import type { SiteCatalogPort } from '../../ports/storage.ts';
import { shortText } from '../short-text.ts';
import { BadMapping, pfnOf } from './lfn-mapping.ts';
import { createSiteconf, misconfigured } from './siteconf.ts';
import type { Volume } from './storage-json.ts';

export interface SiteCatalogOptions {
  /** Directory that holds `<site>/storage.json`, e.g. `/cvmfs/cms.cern.ch/SITECONF`. */
  siteconf: string;
  /** Hosts whose FTS servers a site may name: users' credentials are delegated there. Absent: any. */
  ftsHosts?: ReadonlySet<string>;
  /** Is told, once each, what is wrong in a site's file but holds up nobody. */
  onProblem?: (problem: string) => void;
}

/** An LFN's URL by one protocol. */
interface Way {
  protocol: string;
  scheme: string;
  pfn: string;
}

const WEBDAV = 'WebDAV';
const READABLE = ['global-rw', 'global-ro'];
const WRITABLE = ['global-rw'];

/** Where LFNs live, by the sites' storage.json. All failures are `SiteMisconfigured` and name site, protocol and LFN. */
export function createSiteCatalog({ siteconf, ftsHosts, onProblem }: SiteCatalogOptions): SiteCatalogPort {
  const volumeOf = createSiteconf(siteconf);
  const told = new Set<string>();
  const faultOf = (url: string): string | null => {
    if (!isServiceUrl(url)) return SERVICE_URL_RULE;
    return ftsHosts && !ftsHosts.has(new URL(url).hostname) ? 'at a host that may be named (ftsHosts)' : null;
  };
  return {
    async copyUrls(source, sourceLfn, destination, destinationLfn) {
      const from = waysTo(source, await volumeOf(source), sourceLfn, READABLE);
      const to = waysTo(destination, await volumeOf(destination), destinationLfn, WRITABLE);
      const [read, write] = sharedWay(from, to) ?? noSharedWay([source, from, sourceLfn], [destination, to]);
      return { sourcePfn: read.pfn, destinationPfn: write.pfn };
    },
    async doorUrl(site, lfn) {
      const volume = await volumeOf(site);
      // ASO deletes too: the door that allows it comes first.
      const order = (access: string): number => READABLE.indexOf(access);
      const protocols = volume.protocols.toSorted((one, other) => order(one.access) - order(other.access));
      const [door] = waysTo(site, { ...volume, protocols }, lfn, READABLE) as [Way, ...Way[]];
      return door.pfn;
    },
    async ftsServers(site) {
      const { fts } = await volumeOf(site);
      return (fts ?? []).flatMap((url) => {
        const fault = faultOf(url);
        if (fault === null) return [withoutSlash(url)];
        const problem = shortText(`${site}: storage.json: FTS server ${JSON.stringify(url)} is not ${fault}`);
        if (!told.has(problem)) onProblem?.(problem);
        told.add(problem);
        return [];
      });
    },
  };
}

/** All ways to an LFN that may be used from outside, WebDAV first, else in the site's order. Never empty. */
function waysTo(site: string, volume: Volume, lfn: string, access: string[]): Way[] {
  const open = volume.protocols.filter((protocol) => access.includes(protocol.access));
  const ways = open.flatMap((protocol): Way[] => {
    const pfn = mapped(site, volume, protocol, lfn);
    return pfn === null ? [] : [{ protocol: protocol.protocol, scheme: schemeOf(pfn), pfn }];
  });
  if (ways.length === 0) {
    const names = open.map(({ protocol }) => protocol).join(', ') || `none is ${access.join(' or ')}`;
    throw misconfigured(`${site}: no protocol (${names}) has a rule for ${lfn}`);
  }
  return ways.toSorted((one, other) => Number(other.protocol === WEBDAV) - Number(one.protocol === WEBDAV));
}

function mapped(site: string, volume: Volume, protocol: Volume['protocols'][number], lfn: string): string | null {
  try {
    return pfnOf(volume, protocol, lfn);
  } catch (error) {
    if (!(error instanceof BadMapping)) throw error;
    throw misconfigured(`${site}: ${protocol.protocol}: ${error.message} (LFN ${lfn})`);
  }
}

/** WebDAV on both sides, however its scheme is written (davs, https); else the first scheme that both sides have. */
function sharedWay(from: Way[], to: Way[]): [Way, Way] | null {
  const [read, write] = [from[0], to[0]];
  if (read?.protocol === WEBDAV && write?.protocol === WEBDAV) return [read, write];
  for (const way of from) {
    const match = to.find(({ scheme }) => scheme === way.scheme);
    if (match) return [way, match];
  }
  return null;
}

function noSharedWay([source, from, lfn]: [string, Way[], string], [destination, to]: [string, Way[]]): never {
  const names = (ways: Way[]): string => ways.map(({ protocol, scheme }) => `${protocol} ${scheme}`).join(', ');
  throw misconfigured(`${source} (${names(from)}) and ${destination} (${names(to)}) share no protocol for ${lfn}`);
}

const schemeOf = (pfn: string): string => /^([a-z][a-z0-9+.-]*):/i.exec(pfn)?.[1]?.toLowerCase() ?? '';
