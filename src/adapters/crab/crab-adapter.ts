import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CrabPort, FileMeasure, FileMetadata, TaskInfo, TaskRow, UnusableMetadata } from '../../ports/crab.ts';
import { PortError } from '../../ports/errors.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { ownerOfTask } from '../../domain/lfn-areas.ts';
import { createCrabClient, readable, type CrabClient } from './crab-client.ts';
import { fileMetadataOf } from './file-metadata.ts';
import { queryRows } from './query-rows.ts';
import { createRowUpdates } from './row-updates.ts';
import { taskInfoOf } from './task-info.ts';

export interface CrabAdapterOptions {
  /** Base of CRAB's REST of one instance, e.g. `https://cmsweb.cern.ch/crabserver/prod`. */
  url: string;
  dispatchers: Dispatchers;
  /** The service's own name in CRAB's rows. */
  worker: string;
  /** Hosts whose DBS tasks may name. @default any */
  dbsHosts?: ReadonlySet<string>;
  /** Milliseconds per exchange (60 s). */
  timeoutMs?: number;
  /** How long the state of a row waits for others to share its request, milliseconds (500). */
  companyMs?: number;
}

/** LFNs a request: they go into the URL. */
const LFNS_PER_REQUEST = 10;
/** Requests about one block at a time: it takes ten, twice, and the next block of its dataset waits for them. */
const QUESTIONS_AT_ONCE = 5;

/** CRAB over its REST interface. */
export function createCrabAdapter(options: CrabAdapterOptions): CrabPort {
  const { url, dispatchers, worker, dbsHosts, timeoutMs = 60_000, companyMs = 500 } = options;
  const crab = createCrabClient(url, dispatchers, timeoutMs);
  const askMetadata = createMetadataQuestion(crab);
  async function* metadataOf(task: string, lfns: string[]): AsyncGenerator<FileMetadata | UnusableMetadata> {
    const [first, ...others] = parts(lfns, LFNS_PER_REQUEST);
    // The first one by itself: it finds out how this server takes them.
    for (const some of [first ? [first] : [], ...parts(others, QUESTIONS_AT_ONCE)])
      for (const json of await Promise.all(some.map((few) => askMetadata(task, few))))
        yield* readable('filemetadata', () => fileMetadataOf(json));
  }
  return {
    async fileMetadata(task, lfns) {
      const found = new Map<string, FileMetadata | UnusableMetadata>();
      for await (const metadata of metadataOf(task, lfns)) found.set(metadata.lfn, metadata);
      return found;
    },
    async measureFiles(task, lfns) {
      const measures: FileMeasure[] = [];
      for await (const known of metadataOf(task, lfns))
        measures.push('fault' in known ? { lfn: known.lfn, lumis: 0, bytes: 0 } : measureOf(known));
      return measures;
    },
    taskInfo: createTaskQuestion(crab, dbsHosts),
    tellRows: createRowUpdates(crab, { worker, delayMs: companyMs }),
    taskRows: createRowsQuestion(crab),
    async taskPublications(task) {
      const rows = await statesOf(crab, 'getPublicationStatus', task);
      return new Map(
        rows.map((row) => [String(row['tm_id']), stateName(PUBLICATION_STATES, row['tm_publication_state'])]),
      );
    },
  };
}

const parts = <T>(items: readonly T[], length: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / length) }, (_, at) => items.slice(at * length, (at + 1) * length));

const measureOf = ({ lfn, lumis, size }: FileMetadata): FileMeasure => ({ lfn, lumis: lumis.length, bytes: size });

/** How long it is believed what CRAB says of a task, milliseconds: it hardly ever changes. */
const TASK_KNOWN_MS = 60_000;

/** Asks about tasks. Every block of a task needs to know, also those that only wait for a place: they share an answer. */
function createTaskQuestion(crab: CrabClient, dbsHosts?: ReadonlySet<string>): CrabPort['taskInfo'] {
  const known = new Map<string, { info: Promise<TaskInfo>; until: number }>();
  const ask = async (task: string): Promise<TaskInfo> => {
    const json = await crab.get('task', new URLSearchParams({ subresource: 'search', workflow: task }));
    return readable('task', () => taskInfoOf(task, json, dbsHosts));
  };
  return (task) => {
    const now = Date.now();
    for (const [name, { until }] of known) if (until <= now) known.delete(name);
    const answer = known.get(task)?.info ?? ask(task);
    if (!known.has(task)) known.set(task, { info: answer, until: now + TASK_KNOWN_MS });
    // What went wrong is asked anew.
    answer.catch(() => known.delete(task));
    return answer;
  };
}

/** Asks for a task's rows. After an outage every batch of a task asks at once: they share one answer. */
function createRowsQuestion(crab: CrabClient): CrabPort['taskRows'] {
  const asked = new Map<string, Promise<Map<string, TaskRow>>>();
  const ask = async (taskname: string): Promise<Map<string, TaskRow>> => {
    const rows = await statesOf(crab, 'getTransferStatus', taskname);
    return new Map(rows.map((row) => [String(row['tm_id']), taskRowOf(row)]));
  };
  return (task) => {
    const answer = asked.get(task) ?? ask(task).finally(() => asked.delete(task));
    asked.set(task, answer);
    return answer;
  };
}

/** Asks for some columns of all rows of a task. */
async function statesOf(crab: CrabClient, subresource: string, taskname: string): Promise<Record<string, unknown>[]> {
  const query = new URLSearchParams({ subresource, username: ownerOfTask(taskname) ?? '', taskname });
  const json = await crab.get('fileusertransfers', query);
  return readable('fileusertransfers', () => queryRows(json));
}

/** Names of states by the numbers that CRAB's rows hold (CRABServer's ServerUtilities.py). */
const TRANSFER_STATES = ['NEW', 'ACQUIRED', 'FAILED', 'DONE', 'RETRY', 'SUBMITTED', 'KILL', 'KILLED'];
const PUBLICATION_STATES = ['NEW', 'ACQUIRED', 'FAILED', 'DONE', 'RETRY', 'NOT_REQUIRED'];

const stateName = (names: readonly string[], number: unknown): string | null => names[Number(number)] ?? null;

const taskRowOf = (row: Record<string, unknown>): TaskRow => ({
  jobId: String(row['tm_jobid']),
  startTime: Number(row['tm_start_time']),
  worker: typeof row['tm_aso_worker'] === 'string' && row['tm_aso_worker'] !== '' ? row['tm_aso_worker'] : null,
  transfer: stateName(TRANSFER_STATES, row['tm_transfer_state']),
});

/**
 * Asks for the metadata of several LFNs. They are a repeated argument by CRAB's description; its code as of 2026 wants one
 * text with commas and refuses repeated ones. Which of both a server takes is found out once.
 */
function createMetadataQuestion(crab: CrabClient): (task: string, lfns: string[]) => Promise<unknown> {
  let takesRepeated = true;
  return async (taskname, lfns) => {
    const query = (values: string[]): URLSearchParams =>
      new URLSearchParams([['taskname', taskname], ...values.map((value): [string, string] => ['lfnList', value])]);
    if (takesRepeated) {
      try {
        return await crab.get('filemetadata', query(lfns));
      } catch (error) {
        const isRefused = error instanceof PortError && error.type === FAILURE_TYPES.crabRefused;
        if (!isRefused || lfns.length === 1) throw error;
      }
    }
    const json = await crab.get('filemetadata', query([lfns.join(',')]));
    takesRepeated = false;
    return json;
  };
}
