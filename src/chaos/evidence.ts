import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { adler32, adler32Hex } from '../domain/adler32.ts';
import { destinationKey } from '../domain/ledger/entry.ts';
import { asTheyEnd } from '../client/as-they-end.ts';
import { askTasks, type TaskResult } from '../demo/results.ts';
import type { TaskFile } from '../client/index.ts';
import { OPERATIONS } from '../contract/operations.ts';
import type { TaskStatus } from '../contract/messages.ts';
import { DbsBooks, type BookedBlock, type BookedFile } from '../simulators/dbs/books.ts';
import { Tables } from '../simulators/dbs/tables.ts';
import type { FtsJobRecord } from '../simulators/fts3/books.ts';
import type { TransferRow } from '../simulators/crab/transfer-row.ts';
import { StateFile } from '../simulators/state-file.ts';
import type { StorageEvent } from '../simulators/storage/storage-event.ts';
import { explain } from './explain.ts';
import { insist } from './insist.ts';
import type { DoneAct } from './operators.ts';
import type { PartName } from './parts.ts';
import type { Places } from './places.ts';
import type { ChaosTask } from './plan.ts';
import type { ChaosFile } from './sources.ts';

/** What is said of a file and what lies where it goes to and comes from. */
export interface FileEvidence extends ChaosFile {
  /** As the task says; null where it does not know the file. */
  said: TaskFile | null;
  /** Bytes and Adler-32 on disk; null where nothing lies. */
  atSource: OnDisk | null;
  atDestination: OnDisk | null;
  /** Its row in CRAB. */
  row: TransferRow | null;
}

export interface OnDisk {
  size: number;
  adler32: string;
}

/** How a workflow ended. */
export interface WorkflowEvidence {
  workflowId: string;
  type: string;
  /** Of its latest run, as Temporal names it. */
  status: string;
}

/** Whom a strike hit, and when, epoch ms. */
export interface StrikeEvidence {
  target: PartName;
  from: number;
  to: number;
}

/** All that is looked at after the end: what tasks say, the disks, and the books of everybody. */
export interface Evidence {
  files: readonly FileEvidence[];
  statuses: readonly TaskStatus[];
  /** `site:lfn` of all that lies at destinations. */
  arrived: readonly string[];
  fts: readonly FtsJobRecord[];
  dbs: { files: readonly BookedFile[]; blocks: readonly BookedBlock[] };
  doors: readonly StorageEvent[];
  workflows: readonly WorkflowEvidence[];
  acts: readonly DoneAct[];
  strikes: readonly StrikeEvidence[];
}

/** Tasks asked at a time: each that has ended is read from its history before it answers. */
const ASKED_AT_ONCE = 8;

/**
 * Reads all of it, but for what was done, which is told: the services' books from their files, not through what is under test.
 * @param signal tasks that have not answered when it is aborted have said nothing
 */
export async function gatherEvidence(
  client: Client,
  places: Places,
  tasks: readonly ChaosTask[],
  files: readonly ChaosFile[],
  done: Pick<Evidence, 'acts' | 'strikes'>,
  signal: AbortSignal,
): Promise<Evidence> {
  // One that does not answer in time has said nothing: each of its files is a finding.
  const ask = ({ task }: ChaosTask) => insist(signal, () => askTasks(client, [task])).catch(() => []);
  const results: TaskResult[] = [];
  for await (const some of asTheyEnd(tasks, ASKED_AT_ONCE, ask)) results.push(...some);
  const said = new Map(
    results.flatMap(({ task, files: own }) => own.map((file) => [`${task.name} ${file.key}`, file])),
  );
  const crab = readState(places, 'crab', (state) => state.all<TransferRow>('transfer'));
  const rows = new Map(crab.map((row) => [`${row.tm_taskname} ${row.tm_destination_lfn}`, row]));
  const look = (site: string, lfn: string): Promise<OnDisk | null> => onDisk(join(places.sites, site, lfn));
  const sites = [...new Set(tasks.map(({ task }) => task.destination))];
  const dbs = new Tables(places.stateOf('dbs'));
  const books = new DbsBooks(dbs);
  try {
    return {
      files: await Promise.all(
        files.map(async (file) => ({
          ...file,
          said: said.get(`${file.task.name} ${destinationKey(file.job.destination, file.file.destinationLfn)}`) ?? null,
          atSource: await look(file.job.source, file.file.sourceLfn),
          atDestination: await look(file.job.destination, file.file.destinationLfn),
          row: rows.get(`${file.task.name} ${file.file.destinationLfn}`) ?? null,
        })),
      ),
      statuses: results.map(({ status }) => status),
      arrived: (await Promise.all(sites.map((site) => userFiles(places.sites, site)))).flat(),
      fts: readState(places, 'fts', (state) => [
        ...state.all<FtsJobRecord>('archived'),
        ...state.all<FtsJobRecord>('jobs'),
      ]),
      dbs: { files: books.files(), blocks: books.blocks() },
      doors: readState(places, 'storage', (state) => state.all<StorageEvent>('event')),
      // Temporal may not answer any more, which is a finding, too.
      workflows: await latestRuns(client).catch((error: unknown) => [
        { workflowId: 'what Temporal has', type: '', status: `not known: ${explain(error)}` },
      ]),
      ...done,
    };
  } finally {
    dbs.close();
  }
}

function readState<T>(places: Places, service: 'fts' | 'crab' | 'storage', read: (state: StateFile) => T): T {
  const state = new StateFile(places.stateOf(service));
  try {
    return read(state);
  } finally {
    state.close();
  }
}

async function onDisk(path: string): Promise<OnDisk | null> {
  const content = await readFile(path).catch(() => null);
  return content && { size: content.length, adler32: adler32Hex(adler32(content)) };
}

/** What lies in areas of users and groups, not what jobs left to be copied. */
async function userFiles(root: string, site: string): Promise<string[]> {
  const entries = await readdir(join(root, site), { recursive: true, withFileTypes: true }).catch(() => []);
  const lfns = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, site).length));
  return lfns.filter((lfn) => !lfn.startsWith('/store/temp/')).map((lfn) => `${site}:${lfn}`);
}

/** Of every workflow the run that is current. */
async function latestRuns(client: Client): Promise<WorkflowEvidence[]> {
  const latest = new Map<string, WorkflowEvidence & { at: number }>();
  for await (const { workflowId, type, status, startTime } of client.workflow.list({
    query: `WorkflowId != "${OPERATIONS}"`,
  })) {
    const at = startTime.getTime();
    if ((latest.get(workflowId)?.at ?? 0) <= at) latest.set(workflowId, { workflowId, type, status: status.name, at });
  }
  return [...latest.values()];
}
