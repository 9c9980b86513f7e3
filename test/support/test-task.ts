import {
  addFiles,
  cancelTask,
  closeTask,
  requestPublication,
  retryTask,
  taskFiles,
  taskStatus,
  type TaskFile,
} from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type {
  AddFilesAnswer,
  PublishRequest,
  RetryRequest,
  Selection,
  SelectionAnswer,
  TaskStatus,
  TaskTotals,
} from '../../src/contract/messages.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import type { FtsDeletion, FtsFileRecord, FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import type { TransferFault } from '../../src/simulators/fts3/faults.ts';
import { newTask, type Rig } from './rig.ts';
import { makeJob, type MakeJob, type World } from './world.ts';

/** A task of its own, known to CRAB: what its user does with it, and what the books of the world say of it. */
export class TestTask {
  readonly name: string;
  /** In every LFN of the task and in nobody else's: regular expressions of faults. */
  readonly mark: string;
  readonly #world: World;
  readonly #rig: Pick<Rig, 'client'>;

  constructor(world: World, rig: Pick<Rig, 'client'>, user = 'alice', name = newTask(user)) {
    this.name = name;
    this.mark = this.name.replace(/\W/g, '_');
    this.#world = world;
    this.#rig = rig;
    world.crab.books.addTask(this.name, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  }

  /** The same task by another client, or at another Temporal server, which may know nothing of it. */
  at(rig: Pick<Rig, 'client'>): TestTask {
    return new TestTask(this.#world, rig, undefined, this.name);
  }

  /** Lays the files of a job at its site; one output and no log unless asked otherwise. */
  job(options: Partial<MakeJob> = {}): Promise<JobReport> {
    return makeJob(this.#world, { task: this.name, jobId: '1', log: false, ...options });
  }

  add(...reports: JobReport[]): Promise<AddFilesAnswer> {
    return addFiles(this.#rig.client, this.name, reports);
  }

  cancel(selection: Selection = {}): Promise<SelectionAnswer> {
    return cancelTask(this.#rig.client, this.name, { ...selection, reason: 'the user asked', by: 'alice' });
  }

  publish(request: PublishRequest = {}): Promise<SelectionAnswer> {
    return requestPublication(this.#rig.client, this.name, request);
  }

  retry(request: RetryRequest = {}): Promise<SelectionAnswer> {
    return retryTask(this.#rig.client, this.name, request);
  }

  status(): Promise<TaskStatus> {
    return taskStatus(this.#rig.client, this.name);
  }

  /** Files by transfer state. */
  async transfer(): Promise<TaskStatus['transfer']> {
    return (await this.status()).transfer;
  }

  close(): Promise<void> {
    return closeTask(this.#rig.client, this.name);
  }

  result(): Promise<TaskTotals> {
    return this.#rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(this.name)).result();
  }

  /** Closes the task and waits for its totals. */
  async finish(): Promise<TaskTotals> {
    await this.close();
    return this.result();
  }

  /** All files as the task and their batches describe them. */
  async files(): Promise<TaskFile[]> {
    const files: TaskFile[] = [];
    for await (const page of taskFiles(this.#rig.client, this.name)) files.push(...page);
    return files;
  }

  /** Scripts what becomes of copies of the task's files whose LFN matches. */
  fault(lfn: string, fault: Omit<TransferFault, 'url'>): void {
    this.#world.fts.transferFaults.add({ url: `${this.mark}.*${lfn}`, ...fault });
  }

  /** FTS jobs, oldest first. */
  ftsJobs(): FtsJobRecord[] {
    return this.#world.fts.jobs().filter(({ metadata }) => metadata['task'] === this.name);
  }

  /** Copies that FTS was asked for, oldest first. */
  copies(lfn = ''): FtsFileRecord[] {
    return this.ftsJobs().flatMap(({ files }) => files.filter(({ destination }) => destination.includes(lfn)));
  }

  /** Copies to destinations of the task, whoever asked FTS for them, oldest first. */
  allCopies(): FtsFileRecord[] {
    return this.#world.fts
      .jobs()
      .flatMap(({ files }) => files.filter(({ destination }) => destination.includes(this.mark)));
  }

  /** States of the copies that FTS was asked for, oldest first. */
  copyStates(lfn = ''): string[] {
    return this.copies(lfn).map(({ state }) => state);
  }

  deletions(): FtsDeletion[] {
    const ids = new Set(this.ftsJobs().map(({ jobId }) => jobId));
    return this.#world.fts.deletions().filter(({ jobIds }) => jobIds.some((id) => ids.has(id)));
  }

  /** LFNs in DBS, sorted. */
  published(): string[] {
    const lfns = this.#world.dbs.books.files().map(({ lfn }) => lfn);
    return lfns.filter((lfn) => lfn.includes(this.mark)).sort();
  }

  /** What lies at a file's destination, or null. */
  async arrived({ destination, destinationLfn }: FileRecord): Promise<string | null> {
    return (await this.#world.storage.readFile(destination, destinationLfn))?.toString() ?? null;
  }

  /** What lies at a file's source, or null. */
  async atSource({ source, sourceLfn }: FileRecord): Promise<string | null> {
    return (await this.#world.storage.readFile(source, sourceLfn))?.toString() ?? null;
  }
}

/** The one file of a job that has one. */
export function theFile(report: JobReport): FileRecord {
  const [file, ...others] = report.files;
  if (!file || others.length > 0) throw new Error(`${report.files.length} files`);
  return file;
}
