import type { CredentialRef } from '../domain/file.ts';
import type { PublicationState } from '../domain/states.ts';

export interface PublishBlockRequest {
  task: string;
  credential: CredentialRef;
  dataset: string;
  block: string;
  originSite: string;
  files: { key: string; lfn: string; size: number; adler32: string | null }[];
}

/** What became of the files of a block that was tried. The others are to be tried again in a new one: something stood in their way. */
export interface PublishBlockResult {
  settled: { key: string; state: Extract<PublicationState, 'DONE' | 'FAILED'>; reason: string | null }[];
  /** CRAB does not have their metadata (yet). */
  missing: string[];
  /** An operator's rule holds the publication: nothing was sent. */
  held?: string;
}

export interface CatalogActivities {
  publishBlock(request: PublishBlockRequest): Promise<PublishBlockResult>;
}
