import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { stageOutId, transferBatchId } from '../contract/ids.ts';
import {
  BATCH_QUERIES,
  TASK_QUERIES,
  type FileDetail,
  type FilesPage,
  type FilesQuery,
  type KeptFiles,
} from '../contract/messages.ts';
import { credentialOf } from '../domain/credential.ts';
import type { CredentialRef } from '../domain/file.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import type { Policy } from '../domain/policy.ts';
import { emptySweep, generationOf, leave, whyNotSwept, type BookedFile, type SweepResult } from '../domain/sweep.ts';
import { PortError } from '../ports/errors.ts';
import { inParallel } from './in-parallel.ts';
import { compare, removeIfSame } from './same-file.ts';
import type { StorageDependencies } from './storage-activities.ts';
import type { SweepActivities } from './sweep.types.ts';

export interface SweepDependencies extends StorageDependencies {
  client: Client;
  policy: Policy;
}

/** Files looked up in the books at a time: so that what the books say of each is fresh when it goes. */
const SLICE = 8;

/** Activities that sweep sources left behind; on the queue of looks and removals. */
export function createSweepActivities({ client, policy, storage, sites }: SweepDependencies): SweepActivities {
  return {
    async sweepBatch({ task, batch }) {
      const result = emptySweep();
      const kept = await keptFiles(task, batch);
      if (!kept) return result;
      const credential = credentialOf({ task, ...kept });
      for (let at = 0; at < kept.files.length; at += SLICE) {
        const slice = kept.files.slice(at, at + SLICE);
        const booked = await booksOf(task, slice);
        await inParallel(slice, (file) => sweep(file, batch, booked, task, credential, result));
      }
      return result;
    },
  };

  async function sweep(
    file: FileDetail,
    batch: number,
    books: readonly BookedFile[],
    task: string,
    credential: CredentialRef,
    result: SweepResult,
  ): Promise<void> {
    const owner = ownerOfTask(task) ?? '';
    const booked = books.filter(({ key }) => key === file.key);
    const terms = { owner, now: Date.now(), retention: policy.sourceRetention };
    const refusal = whyNotSwept(file, batch, booked, terms);
    if (refusal !== null) return leave(result, refusal, file.sourceLfn);
    try {
      const outcome = await removeIfSame(
        storage,
        await sites.doorUrl(file.source, file.sourceLfn),
        credential,
        (found) => {
          const verdict = compare(found, file);
          // Of a log nobody may know the sum; of any other file the site has to tell it.
          return verdict === 'right' || (verdict === 'plausible' && file.adler32 === null);
        },
      );
      if (outcome === 'changed') return leave(result, 'its size or checksum is not the reported one', file.sourceLfn);
      result[outcome] += 1;
      result.swept.push(generationOf(file));
    } catch (error) {
      // It is listed again, and may be swept when that is mended: nobody waits for a credential that may never come.
      if (!(error instanceof PortError)) throw error;
      leave(result, error.message, file.sourceLfn);
    }
  }

  /** Null where Temporal does not keep the batch any more. */
  async function keptFiles(task: string, batch: number): Promise<KeptFiles | null> {
    try {
      return await client.workflow.getHandle(transferBatchId(task, batch)).query<KeptFiles>(BATCH_QUERIES.kept);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async function booksOf(task: string, files: readonly FileDetail[]): Promise<BookedFile[]> {
    const handle = client.workflow.getHandle(stageOutId(task));
    const page = await handle.query<FilesPage, [FilesQuery]>(TASK_QUERIES.files, { keys: files.map(({ key }) => key) });
    return page.files;
  }
}
