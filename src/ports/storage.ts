import type { CredentialRef } from '../domain/file.ts';

/** What lies at a URL. */
export interface StoredFile {
  /** Bytes. */
  size: number;
  /** 8 lower-case hex digits; null where the door does not tell. */
  adler32: string | null;
}

/** A site's storage door. All methods throw PortError (`StorageUnavailable`, `CredentialUnavailable`, `StorageRefused`). */
export interface StoragePort {
  /** Size and checksum of a file; null where there is none. */
  look(url: string, credential: CredentialRef): Promise<StoredFile | null>;
  /** Deletes a file; `absent` where there is none. */
  remove(url: string, credential: CredentialRef): Promise<'removed' | 'absent'>;
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
  /** URL by which ASO itself reads, checks and deletes. */
  doorUrl(site: string, lfn: string): Promise<string>;
  /** The FTS server the destination's site wants, or null. */
  ftsServer(site: string): Promise<string | null>;
}
