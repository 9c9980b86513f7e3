import type { CatalogFile } from '../ports/catalog.ts';
import type { FileMetadata, UnusableMetadata } from '../ports/crab.ts';
import type { PublishBlockRequest } from './catalog.types.ts';

type FileToPublish = PublishBlockRequest['files'][number];

/** LFNs of user areas that DBS takes (its writer's lexicon); anything else it refuses without saying which file it was. */
const DBS_LFN =
  /^\/store\/(temp\/)*(user|group)\/(([a-zA-Z0-9.]+)|([a-zA-Z0-9\-_]+))\/([a-zA-Z][a-zA-Z0-9\-_]*)\/(([a-zA-Z0-9\-_]+)\/)+([a-zA-Z0-9\-_]+)\.root$/;

/** Where CRAB has the outputs of jobs that failed: `…/0000/failed/out_1.root`. */
const OF_FAILED_JOB = /\/\d{4}\/failed\/[^/]+$/;

/** Why a file cannot be published, by rule; null where it can. */
export function faultIn(
  metadata: FileMetadata | UnusableMetadata,
  file: FileToPublish,
  dataset: string,
): string | null {
  if (metadata.fileType !== 'EDM') return `not-edm: file type ${metadata.fileType}`;
  if (OF_FAILED_JOB.test(file.lfn)) return 'failed-job: outputs of failed jobs are never published';
  if (!DBS_LFN.test(file.lfn)) return 'lfn-refused-by-DBS: the LFN is not one that DBS takes';
  if ('fault' in metadata) return `metadata-unusable: ${metadata.fault}`;
  if (metadata.outputDataset !== dataset) return `metadata-differs: CRAB has dataset ${metadata.outputDataset}`;
  if (metadata.size !== file.size) return `metadata-differs: CRAB has ${metadata.size} bytes`;
  if (file.adler32 !== null && metadata.adler32 !== file.adler32.toLowerCase())
    return `metadata-differs: CRAB has adler32 ${metadata.adler32}`;
  return null;
}

/** Found elsewhere is success only where it is the very same file, valid, in the same dataset: else what is different there. */
export function differenceOf(row: CatalogFile, file: FileToPublish, dataset: string): string | null {
  if (row.dataset !== dataset) return `it is in dataset ${row.dataset}`;
  if (!row.valid) return 'it was invalidated there';
  if (row.size !== file.size) return `it has ${row.size} bytes there`;
  if (file.adler32 !== null && row.adler32.toLowerCase() !== file.adler32.toLowerCase())
    return `it has adler32 ${row.adler32} there`;
  return null;
}
