import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type {
  AddFiles,
  AddFilesAnswer,
  FilesPage,
  FilesQuery,
  LedgerFile,
  StartTask,
} from '../../src/contract/messages.ts';

/** A task that only remembers: for tests of the client. */
export async function stageOut({ task }: StartTask): Promise<string> {
  const ids = new Map<string, string>();
  let closed = false;
  const take = ({ jobs }: AddFiles): AddFilesAnswer => {
    const answer: AddFilesAnswer = { accepted: 0, known: 0, superseding: 0, rejected: [] };
    for (const { jobId, files } of jobs)
      for (const { id } of files) {
        answer[ids.has(id) ? 'known' : 'accepted'] += 1;
        ids.set(id, jobId);
      }
    return answer;
  };
  setHandler(defineUpdate<AddFilesAnswer, [AddFiles]>('addFiles'), take);
  setHandler(defineSignal<[AddFiles]>('addFiles'), (message) => void take(message));
  setHandler(defineUpdate('close'), () => {
    closed = true;
  });
  setHandler(defineUpdate('pause'), () => condition(() => closed));
  const refuse = (_request: object): void => {
    throw new Error('nothing to cancel');
  };
  setHandler(defineUpdate<void, [object]>('cancel'), () => undefined, { validator: refuse });
  setHandler(defineQuery<FilesPage, [FilesQuery]>('files'), ({ after = 0, limit = 1000 }) => {
    const all = [...ids].map(([key, jobId]): LedgerFile => ({
      ...{ key, jobId, retry: 0, batch: 1, failure: null },
      ...{ transfer: 'NEW', publication: 'NEW' },
    }));
    return { files: all.slice(after, after + limit), next: after + limit < all.length ? after + limit : null };
  });
  await condition(() => closed);
  return task;
}
