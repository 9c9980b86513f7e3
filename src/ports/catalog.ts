import type { CredentialRef } from '../domain/file.ts';
import type { FileMetadata, TaskInfo } from './crab.ts';

/** A block to publish: its name is in history before the first POST and never made here. */
export interface BlockToPublish {
  /** `<dataset>#<lower-case uuid>`. */
  name: string;
  dataset: string;
  /** Site where the files lie. */
  originSite: string;
  files: FileMetadata[];
}

/** A row of DBS's files API. Ids of DBS are never used as keys (they do not fit a JSON number). */
export interface CatalogFile {
  lfn: string;
  dataset: string;
  block: string;
  size: number;
  adler32: string;
  valid: boolean;
}

/** What became of a block, after looking: never by DBS's answer to the insert alone. */
export type PublishOutcome =
  /** The block is in DBS with exactly these files. */
  | { kind: 'published' }
  /** The block is not, but DBS has these of its files, in whatever block and dataset; the others it has not. */
  | { kind: 'present'; files: CatalogFile[] }
  /** DBS refuses for good: the reason's innermost cause and DBS's code. */
  | { kind: 'refused'; code: number | null; reason: string };

/**
 * DBS as ASO uses it. All methods throw PortError: `CatalogUnavailable` and `CredentialUnavailable` for what waiting may heal,
 * `CatalogRefused` for what is no question to DBS.
 */
export interface CatalogPort {
  /** Inserts the block exactly once: POST, then look, whatever the answer was. */
  publishBlock(task: TaskInfo, credential: CredentialRef, block: BlockToPublish): Promise<PublishOutcome>;
  /** Files that DBS has, by LFN; unknown ones are absent. */
  findFiles(task: TaskInfo, credential: CredentialRef, lfns: string[]): Promise<CatalogFile[]>;
}

/** Bounds on what is on its way into an instance of DBS at a time. */
export interface CatalogPlaces {
  /**
   * Does the work for a block where there is a place for it.
   * @throws PortError `CatalogBusy`, retryable, where there is none: nothing was done
   */
  at<T>(task: TaskInfo, credential: CredentialRef, work: () => Promise<T>): Promise<T>;
}
