import type { Client } from '@temporalio/client';
import { taskFiles, type TaskFile } from '../../client/index.ts';
import type { PublicationState, TransferState } from '../../domain/states.ts';

export interface FilesWanted {
  source?: string | undefined;
  destination?: string | undefined;
  transfer: TransferState | undefined;
  publication: PublicationState | undefined;
  limit: number;
}

/** A file as the page shows it. */
export interface ShownFile {
  key: string;
  jobId: string;
  retry: number;
  transfer: TransferState;
  publication: PublicationState;
  failure: string | null;
  source: string | null;
  destination: string | null;
  lfn: string | null;
  size: number | null;
  ftsJobIds: string[];
  /** Why attempts failed, the last one first; the rule of a rejected record; why it waits. */
  reasons: string[];
}

export interface FoundFiles {
  files: ShownFile[];
  /** Files looked at; where `more`, there are others that were not. */
  looked: number;
  more: boolean;
}

export type FileFinder = (task: string, wanted: FilesWanted) => Promise<FoundFiles>;

/** Files looked at for one answer: sites are known to batches only, and each batch is asked. */
const LOOKED_MAX = 2_000;

/** Asks a task and its batches for files, now. Throws as `taskFiles`. */
export const fileFinder =
  (client: Client): FileFinder =>
  async (task, { source, destination, transfer, publication, limit }) => {
    const found: FoundFiles = { files: [], looked: 0, more: false };
    const query = { ...(transfer && { state: transfer }), ...(publication && { publication }) };
    for await (const page of taskFiles(client, task, query)) {
      for (const file of page) {
        if (found.files.length >= limit || found.looked >= LOOKED_MAX) return { ...found, more: true };
        found.looked += 1;
        if (source !== undefined && file.detail?.source !== source) continue;
        if (destination !== undefined && file.detail?.destination !== destination) continue;
        found.files.push(shown(file));
      }
    }
    return found;
  };

function shown({ key, jobId, retry, transfer, publication, failure, rule, detail }: TaskFile): ShownFile {
  const attempts = detail?.attempts.map(({ reason }) => reason).reverse() ?? [];
  const others = [rule, detail?.publicationReason, transfer === 'HELD' ? detail?.sourceState : null];
  return {
    ...{ key, jobId, retry, transfer, publication, failure },
    ...{ source: detail?.source ?? null, destination: detail?.destination ?? null },
    ...{ lfn: detail?.destinationLfn ?? null, size: detail?.size ?? null, ftsJobIds: detail?.ftsJobIds ?? [] },
    reasons: [...attempts, ...others.filter((text) => typeof text === 'string' && text !== '')] as string[],
  };
}
