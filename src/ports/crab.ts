import type { CrabWord } from '../domain/crab-word.ts';

/** What CRAB's `filemetadata` knows of an output file; what DBS needs. */
export interface FileMetadata {
  lfn: string;
  jobId: string;
  fileType: string;
  outputDataset: string;
  swVersion: string;
  publishName: string;
  globalTag: string | null;
  events: number;
  /** Bytes. */
  size: number;
  adler32: string;
  cksum: string;
  /** Lumi sections of each run. */
  lumis: { run: number; lumi: number }[];
}

/** A record of CRAB's `filemetadata` that DBS cannot be told: a field is missing or makes no sense. */
export interface UnusableMetadata {
  lfn: string;
  fileType: string;
  /** Field and rule. */
  fault: string;
}

/** What CRAB's `task` says that publication needs. */
export interface TaskInfo {
  inputDataset: string | null;
  /** DBS reader of the input. */
  dbsUrl: string;
  /** DBS writer to publish to. */
  publishDbsUrl: string;
}

/** A word that CRAB refuses for good: its row is unknown, or somebody else's. */
export interface RefusedWord {
  id: string;
  reason: string;
}

/** What CRAB's list of a task's rows says of one. */
export interface TaskRow {
  jobId: string;
  /** Of the generation of its file that the row is, epoch seconds. */
  startTime: number;
  /** In whose name; null: nobody's. */
  worker: string | null;
  /** State of its transfer, by CRAB's name; null where it is none that we know. */
  transfer: string | null;
}

/** How large a file is in the catalog's terms. */
export interface FileMeasure {
  lfn: string;
  lumis: number;
  bytes: number;
}

/** CRAB's REST. All methods throw PortError (`CrabUnavailable`, `CredentialUnavailable`, `CrabRefused`). */
export interface CrabPort {
  /** Metadata by LFN; LFNs that CRAB does not know (yet) are absent from the map. One unusable record does not spoil the others. */
  fileMetadata(task: string, lfns: string[]): Promise<Map<string, FileMetadata | UnusableMetadata>>;
  /** Sizes of those of the files that CRAB has metadata of (0 where it is unusable), without holding the metadata of more than a few. */
  measureFiles(task: string, lfns: string[]): Promise<FileMeasure[]>;
  taskInfo(task: string): Promise<TaskInfo>;
  /**
   * Tells rows their states: words of many callers share requests, those of one file keep the order of the calls. Telling the same again
   * changes nothing. A word that is refused does not hold up the others.
   */
  tellRows(words: readonly CrabWord[]): Promise<RefusedWord[]>;
  /** All rows of a task, by id. */
  taskRows(task: string): Promise<Map<string, TaskRow>>;
  /** States of the publications of all rows of a task, by CRAB's names, by id. */
  taskPublications(task: string): Promise<Map<string, string | null>>;
}
