import { link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { closeTask, taskStatus } from '../../src/client/index.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import { patiently } from '../../src/demo/patiently.ts';
import { until } from '../../src/demo/until.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import type { StateCounts, TransferState } from '../../src/domain/states.ts';
import type { FtsDeletion, FtsFileRecord, FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import { makeJob } from '../../test/support/world.ts';
import { reportAll } from './reporting.ts';
import type { Stand } from './stand.ts';

export interface TaskOptions {
  files: number;
  /** Part of the task's name, one word. */
  label: string;
  /** @default alice */
  user?: string;
  /** Jobs run at them by turns. */
  sources: readonly string[];
  /** By turns, too, so that there is a link from every source to each. */
  destinations: readonly string[];
  /** The files lie at their destinations already: for an FTS that moves no bytes. @default false */
  arrived?: boolean;
}

/** Files laid at a time. */
const AT_ONCE = 8;

/** A task of jobs with one output file each, none of them published: where it stands, and what FTS's books say of it. */
export class BenchTask {
  readonly name: string;
  readonly jobs: readonly JobReport[];
  /** When each file was reported, epoch milliseconds, by destination LFN. */
  readonly reportedAt = new Map<string, number>();
  readonly #stand: Stand;

  private constructor(stand: Stand, name: string, jobs: readonly JobReport[]) {
    this.#stand = stand;
    this.name = name;
    this.jobs = jobs;
  }

  /** Lays the files at their sites. */
  static async lay(stand: Stand, options: TaskOptions): Promise<BenchTask> {
    const { world } = stand;
    const { files, label, user = 'alice', sources, destinations, arrived = false } = options;
    const task = `261122_120000:${user}_crab_${label}`;
    world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
    const jobs: JobReport[] = [];
    let next = 0;
    const layNext = async (): Promise<void> => {
      for (let at = next++; at < files; at = next++) {
        const source = sources[at % sources.length]!;
        const destination = destinations[Math.floor(at / sources.length) % destinations.length]!;
        const job = await makeJob(world, {
          ...{ task, jobId: String(at + 1), log: false, publish: false, source, destination },
        });
        jobs[at] = job;
        if (arrived) for (const file of job.files) await putAtDestination(world.storage.root, file);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, layNext));
    return new BenchTask(stand, task, jobs);
  }

  /** Reports all jobs as CRAB does, one signal each: as fast as one client can, or so many a second. */
  report(perSecond?: number): Promise<void> {
    const { client, signal } = this.#stand;
    return reportAll(client, this.name, this.jobs, {
      ...(perSecond === undefined ? {} : { perSecond }),
      signal,
      reporting: ({ files }) => {
        for (const { destinationLfn } of files) this.reportedAt.set(destinationLfn, Date.now());
      },
    });
  }

  /** Closes the task and waits for its end. @returns files by state; what it says when its time is over, if it has not ended by then */
  async finish(): Promise<Partial<StateCounts<TransferState>>> {
    const { client, signal } = this.#stand;
    const handle = client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(this.name));
    try {
      return await client.connection.withAbortSignal(signal, async () => {
        await patiently(signal, () => closeTask(client, this.name));
        return (await patiently(signal, () => handle.result())).transfer;
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      return (await taskStatus(client, this.name)).transfer;
    }
  }

  /** Waits for the end of its batches: they clean up after copies that nobody wants any more when the task has ended already. */
  async untilCleanedUp(): Promise<void> {
    const { client, signal } = this.#stand;
    const query = `${SEARCH_ATTRIBUTES.task.name} = '${this.name}' AND ExecutionStatus = 'Running'`;
    await until(async () => (await client.workflow.count(query)).count === 0, signal);
  }

  /** Oldest first. */
  ftsJobs(): FtsJobRecord[] {
    return this.#stand.world.fts.jobs().filter(({ metadata }) => metadata['task'] === this.name);
  }

  /** Files of all its FTS jobs. */
  copies(): FtsFileRecord[] {
    return this.ftsJobs().flatMap(({ files }) => [...files]);
  }

  /** Files that were sent to FTS more often than once. */
  sentTwice(): number {
    const times = Map.groupBy(this.copies(), ({ destination }) => destination);
    return [...times.values()].filter(({ length }) => length > 1).length;
  }

  /** DELETE requests for its jobs, in order of their arrival. */
  deletions(): FtsDeletion[] {
    const ids = new Set(this.ftsJobs().map(({ jobId }) => jobId));
    return this.#stand.world.fts.deletions().filter(({ jobIds }) => jobIds.some((id) => ids.has(id)));
  }
}

async function putAtDestination(root: string, file: FileRecord): Promise<void> {
  const destination = join(root, file.destination, file.destinationLfn);
  await mkdir(dirname(destination), { recursive: true });
  await link(join(root, file.source, file.sourceLfn), destination);
}
