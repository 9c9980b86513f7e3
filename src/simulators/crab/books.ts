import { KeptList, type StateFile } from '../state-file.ts';
import { newTransferRow, type NewTransferRow, type TransferRow } from './transfer-row.ts';

/** A record of `filemetadata`, as GET answers it. */
export interface MetadataRecord {
  taskname: string;
  filetype: string;
  jobid: string;
  outdataset: string;
  acquisitionera: string;
  swversion: string;
  inevents: number;
  globaltag: string;
  publishname: string;
  location: string;
  tmplocation: string;
  /** Events by lumi section by run, all as text; `None` where the events are not known. */
  runlumi: Record<string, Record<string, string>>;
  adler32: string;
  cksum: number;
  md5: string;
  lfn: string;
  /** Bytes. */
  filesize: number;
  parents: string[];
  state: string | null;
  created: string;
  tmplfn: string;
}

/** A POST to `filetransfers`, as it arrived: lists are comma-joined. */
export interface TransfersCall {
  subresource: string;
  arguments: Record<string, string>;
}

const DEFAULTS: Omit<MetadataRecord, 'taskname' | 'lfn' | 'tmplfn'> = {
  filetype: 'EDM',
  jobid: '1',
  outdataset: '/GenericTTbar/jdoe-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER',
  acquisitionera: 'null',
  swversion: 'CMSSW_12_4_0',
  inevents: 300,
  globaltag: 'None',
  publishname: 'tag-94ba0e06145abd65ccb1d21786dc7e1d',
  location: 'T2_CH_CERN',
  tmplocation: 'T2_IT_Pisa',
  runlumi: { '1': { '419': '300' } },
  adler32: 'bbe03bd1',
  cksum: 3164535815,
  md5: 'asda',
  filesize: 561301,
  parents: [],
  state: null,
  created: '2026-11-22 06:00:00',
};

/** What CRAB knows: tasks, metadata of files, rows of transfers, and what was posted about them. */
export class CrabBooks {
  readonly #state: StateFile | null;
  readonly #tasks = new Map<string, Record<string, unknown>>();
  /** By task, then by LFN. */
  readonly #metadata = new Map<string, Map<string, MetadataRecord>>();
  /** Columns of tasks that nobody has added; none: there are no others. */
  taskSource: ((name: string) => Record<string, unknown>) | null = null;
  /** Knows the metadata of files that nobody has added, so that those of a whole day need not be held; null for none. */
  metadataSource: ((taskname: string, lfn: string) => (Partial<MetadataRecord> & { lfn: string }) | null) | null = null;
  readonly #transfers = new Map<string, TransferRow>();
  readonly #acquisitions: KeptList<{ id: string; worker: string }>;
  readonly #calls: KeptList<TransfersCall>;

  /** @param state where all of it is written down and was read from; null: it is in memory only */
  constructor(state: StateFile | null = null) {
    this.#state = state;
    this.#acquisitions = new KeptList(state, 'acquisition');
    this.#calls = new KeptList(state, 'call');
    for (const task of state?.all<Record<string, unknown>>('task') ?? []) this.#tasks.set(String(task['tm_taskname']), task); // prettier-ignore
    for (const record of state?.all<MetadataRecord>('metadata') ?? []) this.#hold(record);
    for (const row of state?.all<TransferRow>('transfer') ?? []) this.#transfers.set(row.tm_id, row);
  }

  /** The table of transfers, by id. Rows are changed by {@link change} only. */
  get transfers(): ReadonlyMap<string, Readonly<TransferRow>> {
    return this.#transfers;
  }

  /** Every row that a worker took, in order. */
  get acquisitions(): readonly { id: string; worker: string }[] {
    return this.#acquisitions.all;
  }

  /** Every POST to `filetransfers`, in order. */
  get transfersCalls(): readonly TransfersCall[] {
    return this.#calls.all;
  }

  /** Notes that a worker took a row. */
  noteAcquisition(id: string, worker: string): void {
    this.#acquisitions.push({ id, worker });
  }

  /** Notes a POST to `filetransfers`. */
  noteCall(call: TransfersCall): void {
    this.#calls.push(call);
  }

  /** Adds or replaces a task; `columns` are those of the task table, `tm_taskname` is filled in. */
  addTask(name: string, columns: Record<string, unknown> = {}): void {
    const task = {
      tm_taskname: name,
      tm_input_dataset: '/GenericTTbar/HC-CMSSW_7_0_4_START70_V7-v1/GEN-SIM-RECO',
      tm_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/global/DBSReader',
      tm_publish_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter',
      ...columns,
    };
    this.#tasks.set(name, task);
    this.#state?.put('task', name, task);
  }

  /** Puts a row into the table of transfers: new and nobody's where nothing else is said. */
  addTransfer(row: NewTransferRow): TransferRow {
    const complete = newTransferRow(row);
    this.#transfers.set(row.tm_id, complete);
    this.#state?.put('transfer', row.tm_id, complete);
    return complete;
  }

  /** Changes columns of a row. */
  change(row: Readonly<TransferRow>, columns: Partial<TransferRow>): void {
    const changed = Object.assign(row, columns);
    this.#state?.put('transfer', row.tm_id, changed);
  }

  /** Loses a row. */
  removeTransfer(id: string): void {
    this.#transfers.delete(id);
    this.#state?.remove('transfer', id);
  }

  task(name: string): Record<string, unknown> | null {
    const known = this.#tasks.get(name);
    if (!known && this.taskSource) this.addTask(name, this.taskSource(name));
    return this.#tasks.get(name) ?? null;
  }

  /** Adds or replaces the metadata of a file; what is not given is taken from an ordinary EDM file. */
  addMetadata(taskname: string, record: Partial<MetadataRecord> & { lfn: string }): MetadataRecord {
    const complete = { ...DEFAULTS, tmplfn: record.lfn, ...record, taskname };
    this.#hold(complete);
    this.#state?.put('metadata', `${taskname} ${record.lfn}`, complete);
    return complete;
  }

  /** Forgets the metadata of a file. */
  removeMetadata(taskname: string, lfn: string): void {
    this.#metadata.get(taskname)?.delete(lfn);
    this.#state?.remove('metadata', `${taskname} ${lfn}`);
  }

  /** The metadata of a file, or null. */
  metadataOf(taskname: string, lfn: string): MetadataRecord | null {
    const added = this.#metadata.get(taskname)?.get(lfn);
    if (added) return added;
    const record = this.metadataSource?.(taskname, lfn);
    return record ? { ...DEFAULTS, taskname, tmplfn: lfn, ...record } : null;
  }

  /** The metadata of a task's files, in the order they were added. */
  metadata(taskname: string): MetadataRecord[] {
    return [...(this.#metadata.get(taskname)?.values() ?? [])];
  }

  #hold(record: MetadataRecord): void {
    const files = this.#metadata.get(record.taskname) ?? new Map<string, MetadataRecord>();
    this.#metadata.set(record.taskname, files.set(record.lfn, record));
  }
}
