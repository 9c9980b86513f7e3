import type { CatalogFile, CatalogPort, PublishOutcome } from '../ports/catalog.ts';
import type { CrabPort, FileMetadata } from '../ports/crab.ts';
import type { CatalogActivities, PublishBlockRequest, PublishBlockResult } from './types.ts';

export interface CatalogDependencies {
  crab: CrabPort;
  catalog: CatalogPort;
}

type Settled = PublishBlockResult['settled'][number];

/** DBS's code for any trouble with a file of the block, which it does not name. */
const FILE_REFUSED = 310;

/** Activities on the queue of DBS. */
export function createCatalogActivities({ crab, catalog }: CatalogDependencies): CatalogActivities {
  return {
    async publishBlock(request) {
      const { task, credential, dataset, block, originSite, files } = request;
      const [info, metadata] = await Promise.all([
        crab.taskInfo(task),
        crab.fileMetadata(
          task,
          files.map(({ lfn }) => lfn),
        ),
      ]);
      const result: PublishBlockResult = { settled: [], missing: [] };
      const good: PublishBlockRequest['files'] = [];
      for (const file of files) {
        const known = metadata.get(file.lfn);
        const fault = known && faultIn(known, file, dataset);
        if (!known) result.missing.push(file.key);
        else if (fault) result.settled.push({ key: file.key, state: 'FAILED', reason: fault });
        else good.push(file);
      }
      // The block was named for all of its files: without some of them, the others get a new one.
      if (good.length < files.length || good.length === 0) return result;

      const outcome = await catalog.publishBlock(info, credential, {
        ...{ name: block, dataset, originSite },
        files: good.map(({ lfn }) => metadata.get(lfn) as FileMetadata),
      });
      return { ...result, settled: enter(outcome, good, dataset) };
    },
  };
}

/** What DBS's answer settles, file by file. */
function enter(outcome: PublishOutcome, files: PublishBlockRequest['files'], dataset: string): Settled[] {
  if (outcome.kind === 'published') return files.map(({ key }) => ({ key, state: 'DONE', reason: null }));
  if (outcome.kind === 'present' && outcome.files.length > 0) {
    const present = new Map(outcome.files.map((row) => [row.lfn, row]));
    return files.flatMap((file): Settled[] => {
      const row = present.get(file.lfn);
      if (!row) return [];
      const difference = differenceOf(row, file, dataset);
      return [{ key: file.key, state: difference ? 'FAILED' : 'DONE', reason: difference && `differs-in-DBS: ${difference}` }]; // prettier-ignore
    });
  }
  const code = outcome.kind === 'refused' ? outcome.code : FILE_REFUSED;
  const why = outcome.kind === 'refused' ? outcome.reason : 'DBS refuses a file without saying why';
  // One bad file among many is found by halving; any other refusal is of the block as such.
  if (code === FILE_REFUSED && files.length > 1) return [];
  const reason = `DBS ${code ?? ''}: ${why}`;
  return files.map(({ key }) => ({ key, state: 'FAILED', reason }));
}

/** Found elsewhere is success only where it is the very same file, valid, in the same dataset: else what is different there. */
function differenceOf(row: CatalogFile, file: PublishBlockRequest['files'][number], dataset: string): string | null {
  if (row.dataset !== dataset) return `it is in dataset ${row.dataset}`;
  if (!row.valid) return 'it was invalidated there';
  if (row.size !== file.size) return `it has ${row.size} bytes there`;
  if (file.adler32 !== null && row.adler32.toLowerCase() !== file.adler32.toLowerCase())
    return `it has adler32 ${row.adler32} there`;
  return null;
}

/** LFNs of user areas that DBS takes (its writer's lexicon); anything else it refuses without saying which file it was. */
const DBS_LFN =
  /^\/store\/(temp\/)*(user|group)\/(([a-zA-Z0-9.]+)|([a-zA-Z0-9\-_]+))\/([a-zA-Z][a-zA-Z0-9\-_]*)\/(([a-zA-Z0-9\-_]+)\/)+([a-zA-Z0-9\-_]+)\.root$/;

/** Where CRAB has the outputs of jobs that failed: `…/0000/failed/out_1.root`. */
const OF_FAILED_JOB = /\/\d{4}\/failed\/[^/]+$/;

/** Why a file cannot be published, by rule; null where it can. */
function faultIn(metadata: FileMetadata, file: PublishBlockRequest['files'][number], dataset: string): string | null {
  if (metadata.fileType !== 'EDM') return `not-edm: file type ${metadata.fileType}`;
  if (OF_FAILED_JOB.test(file.lfn)) return 'failed-job: outputs of failed jobs are never published';
  if (!DBS_LFN.test(file.lfn)) return 'lfn-refused-by-DBS: the LFN is not one that DBS takes';
  if (metadata.outputDataset !== dataset) return `metadata-differs: CRAB has dataset ${metadata.outputDataset}`;
  if (metadata.size !== file.size) return `metadata-differs: CRAB has ${metadata.size} bytes`;
  if (file.adler32 !== null && metadata.adler32.toLowerCase() !== file.adler32.toLowerCase())
    return `metadata-differs: CRAB has adler32 ${metadata.adler32}`;
  return null;
}
