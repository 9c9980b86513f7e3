import type { JobReport } from '../../src/domain/file.ts';
import { ownerOfTask } from '../../src/domain/lfn-areas.ts';
import { PSET_HASH } from './world.ts';

/** A job's files as CRAB's PostJob writes them into `task_process/transfers.txt`. */
export function crabRecords(task: string, { jobId, retry, files }: JobReport): object[] {
  return files.map((file) => ({
    id: file.id,
    username: ownerOfTask(task),
    taskname: task,
    start_time: file.startTime,
    destination: file.destination,
    destination_lfn: file.destinationLfn,
    source: file.source,
    source_lfn: file.sourceLfn,
    filesize: file.size,
    publish: file.publish ? 1 : 0,
    transfer_state: file.alreadyThere ? 'DONE' : 'NEW',
    publication_state: file.publish ? 'NEW' : 'NOT_REQUIRED',
    job_id: jobId,
    job_retry_count: retry,
    type: file.type,
    publishname: `tag-${PSET_HASH}`,
    // As CRAB: it does not know the sum of a log, and makes a dataset up where there is none.
    checksums: { adler32: file.adler32 ?? 'abc' },
    outputdataset: file.dataset ?? `/FakeDataset/fakefile-FakePublish-${PSET_HASH}/USER`,
  }));
}
