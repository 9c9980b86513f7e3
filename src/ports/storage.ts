import type { CredentialRef } from '../domain/file.ts';

/** What lies at a URL. */
export interface StoredFile {
  /** Bytes. */
  size: number;
  /** 8 lower-case hex digits; null where the door does not tell. */
  adler32: string | null;
  /** Tells this content of the URL from any other, for a conditional removal; absent where the door tells no such thing. */
  version?: string;
}

/** A site's storage door. All methods throw PortError (`StorageUnavailable`, `CredentialUnavailable`, `StorageRefused`). */
export interface StoragePort {
  /** Size and checksum of a file; null where there is none. */
  look(url: string, credential: CredentialRef): Promise<StoredFile | null>;
  /**
   * Deletes a file; `absent` where there is none. With the `version` of a look, doors that can delete only that and answer `changed` where
   * other bytes lie there by now; doors that cannot delete what is there.
   */
  remove(url: string, credential: CredentialRef, version?: string): Promise<'removed' | 'absent' | 'changed'>;
}

/** The two ends of a copy as URLs. */
export interface CopyUrls {
  sourcePfn: string;
  destinationPfn: string;
}

/**
 * storage.json of all sites: where LFNs live. All methods throw PortError `SiteMisconfigured`, naming site, protocol and LFN;
 * not retryable (the site's files are held until its file changes) unless the file could just not be read.
 */
export interface SiteCatalogPort {
  /** URLs for a third-party copy, of a scheme that both sides share (WebDAV first). */
  copyUrls(source: string, sourceLfn: string, destination: string, destinationLfn: string): Promise<CopyUrls>;
  /** URL by which ASO itself checks and deletes: WebDAV's where the site has it, else the first that is open from outside. */
  doorUrl(site: string, lfn: string): Promise<string>;
  /** The FTS servers the destination's site wants, in its order; those that credentials must not be sent to are left out. */
  ftsServers(site: string): Promise<string[]>;
}
