import type { Evidence, FileEvidence } from '../../src/chaos/evidence.ts';
import { makePlan } from '../../src/demo/plan.ts';
import { TASKS } from '../../src/demo/task-shapes.ts';
import { publicationNumber, transferNumber } from '../../src/simulators/crab/transfer-row.ts';
import type { FtsFileRecord, FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import type { StorageEvent } from '../../src/simulators/storage/storage-event.ts';

export const LAID = 1_000;
export const SUBMITTED = 10_000;
export const FINISHED = 20_000;
const LOOKED = 25_000;
export const REMOVED = 30_000;
const TOLD = 40_000;

const BYTES = { size: 100, adler32: '0badcafe' };

type Deep<T> = { -readonly [K in keyof T]: T[K] extends object | null ? Deep<T[K]> : T[K] };

/** Of what {@link soundEvidence} has, to be doctored. */
export interface Doctored {
  evidence: Deep<Evidence>;
  file: Deep<FileEvidence>;
  job: Deep<FtsJobRecord>;
}

/** One file that was copied, looked at, whose source was removed, and which was published: nothing is wrong with it. */
export function soundEvidence(): Doctored {
  const [task] = makePlan(TASKS.slice(0, 1), 3, 1);
  const planned = task!.jobs[0]!;
  const [output] = planned.files;
  const { source, destination } = planned;
  const row = { tm_transfer_state: transferNumber('DONE'), tm_publication_state: publicationNumber('DONE') };
  const file = {
    ...{ task: task!, job: planned, file: output!, generations: [{ retry: 0, ...BYTES, laidAt: LAID }] },
    said: { retry: 0, transfer: 'DONE', publication: 'DONE' },
    ...{ atSource: null, atDestination: BYTES },
    row: { ...row, tm_last_update: TOLD / 1_000 },
  } as unknown as FileEvidence;
  const copy = {
    ...{
      destination: `http://127.0.0.1:1/${destination}${output!.destinationLfn}`,
      state: 'FINISHED',
      userSize: BYTES.size,
    },
    ...{ attempts: [{ startedAt: SUBMITTED, endedAt: FINISHED, reason: null }], finishTime: FINISHED },
  } as unknown as FtsFileRecord;
  const job = { jobId: 'j1', sid: 'run/1/1/digest', submitTime: SUBMITTED, files: [copy] } as unknown as FtsJobRecord;
  const event = { client: 'asyncstageout', status: 200, size: null, adler32: null };
  const doors: StorageEvent[] = [
    {
      ...event,
      client: null,
      at: FINISHED,
      site: destination,
      lfn: output!.destinationLfn,
      method: 'PUT',
      status: 201,
    },
    { ...event, ...BYTES, at: LOOKED, site: destination, lfn: output!.destinationLfn, method: 'HEAD' },
    { ...event, at: REMOVED, site: source, lfn: output!.sourceLfn, method: 'DELETE', status: 204 },
  ];
  const booked = {
    ...BYTES,
    lfn: output!.destinationLfn,
    block: 'b1',
    dataset: task!.dataset,
    events: 1,
    lumis: 1,
    valid: true,
  };
  const evidence: Evidence = {
    files: [file],
    statuses: [{ task: task!.name, files: 1, transfer: { DONE: 1 } }] as unknown as Evidence['statuses'],
    arrived: [`${destination}:${output!.destinationLfn}`],
    fts: [job],
    dbs: {
      files: [booked],
      blocks: [{ name: 'b1', dataset: task!.dataset, originSite: destination, files: 1, size: 100 }],
    },
    ...{ doors, acts: [], strikes: [] },
    workflows: [{ workflowId: `task/${task!.name}`, type: 'stageOut', status: 'COMPLETED' }],
  };
  return { evidence, file, job } as unknown as Doctored;
}
