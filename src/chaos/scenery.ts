import { writeFile } from 'node:fs/promises';
import { CrabBooks } from '../simulators/crab/books.ts';
import type { NewTransferRow } from '../simulators/crab/transfer-row.ts';
import { publicationNumber, transferNumber } from '../simulators/crab/transfer-row.ts';
import { StateFile } from '../simulators/state-file.ts';
import { CLOCKWORK } from './cast.ts';
import type { Places } from './places.ts';
import type { ChaosPlan } from './plan.ts';
import type { JobRun, Sources } from './sources.ts';

const CURL_RESET =
  'TRANSFER [112] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: Result curl error (56): Failure when receiving data from the peer after 1 attempts';
const HTTP_500 = 'DESTINATION [5] HTTP 500 : Unexpected server error: 500';

/**
 * Lays the files of all jobs at their sites, and writes what FTS and CRAB are to know before they start.
 * @param dbs URL of DBS, as workers reach it
 */
export async function setScenery(
  places: Places,
  plan: ChaosPlan,
  sources: Sources,
  dbs: string,
): Promise<Map<string, JobRun>> {
  const runs = new Map<string, JobRun>();
  const state = new StateFile(places.stateOf('crab'));
  const books = new CrabBooks(state);
  for (const { task, jobs } of plan.tasks) {
    books.addTask(task.name, {
      tm_username: task.user,
      tm_publish_dbs_url: `${dbs}/dbs/prod/phys03/DBSWriter`,
      tm_dbs_url: `${dbs}/dbs/prod/phys03/DBSReader`,
    });
    for (const { job } of jobs) {
      const run = await sources.runJob(task, job, 0);
      runs.set(`${task.name} ${job.jobId}`, run);
      for (const record of run.metadata) books.addMetadata(task.name, record);
      for (const record of run.records) books.addTransfer(rowOf(record));
    }
  }
  state.close();
  await writeFile(places.ftsScript, JSON.stringify({ clockwork: CLOCKWORK, transferFaults: copyFaults(plan) }));
  return runs;
}

/** CRAB's row of a file, as PostJob inserts it. */
function rowOf(record: Record<string, unknown>): NewTransferRow {
  const text = (name: string): string => String(record[name]);
  return {
    ...{ tm_id: text('id'), tm_username: text('username'), tm_taskname: text('taskname') },
    ...{ tm_destination: text('destination'), tm_destination_lfn: text('destination_lfn') },
    ...{ tm_source: text('source'), tm_source_lfn: text('source_lfn'), tm_filesize: Number(record['filesize']) },
    ...{ tm_jobid: text('job_id'), tm_job_retry_count: Number(record['job_retry_count']), tm_type: text('type') },
    ...{ tm_start_time: Number(record['start_time']), tm_publish: Number(record['publish']) },
    tm_transfer_state: transferNumber('NEW'),
    tm_publication_state: publicationNumber(record['publish'] ? 'NEW' : 'NOT_REQUIRED'),
  };
}

/** Copies that fail once each, in production's words; FTS counts anew when it was killed. */
function copyFaults({ tasks }: ChaosPlan): object[] {
  const files = tasks.flatMap(({ jobs }) => jobs.flatMap(({ job }) => job.files));
  const outcomes = { 'link-reset': { fail: CURL_RESET }, 'http-500': { fail: HTTP_500 }, corrupt: { corrupt: true } };
  return Object.entries(outcomes).flatMap(([fault, outcome]) => {
    const hit = files.filter((file) => file.fault === fault);
    const url = `(${hit.map(({ destinationLfn }) => destinationLfn.replaceAll('.', '\\.')).join('|')})$`;
    return hit.length > 0 ? [{ url, times: 1, outcome }] : [];
  });
}
