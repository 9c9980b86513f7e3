/** `output`: a data file of the job; `log`: its log archive. Logs are never published and do not gate publication. */
export type FileType = 'output' | 'log';

/** One file of a job output, as CRAB reports it (CRAB's `transfers.txt`, names adapted). */
export interface FileRecord {
  /** CRAB's id: SHA-224 of the source LFN, 56 hex digits. */
  id: string;
  type: FileType;
  /** Site where the job ran, e.g. `T2_IT_Pisa`. */
  source: string;
  sourceLfn: string;
  /** Site that the owner wants the file at. */
  destination: string;
  destinationLfn: string;
  /** Bytes. */
  size: number;
  /** 8 hex digits; null for a log whose sum CRAB does not know (it writes `abc`). */
  adler32: string | null;
  /** Output dataset `/primary/processed/TIER`; null where there is none (logs, CRAB's FakeDataset). */
  dataset: string | null;
  /** Publication was asked for together with the report. */
  publish: boolean;
  /** When the job's post-processing reported the file, epoch seconds: part of the file's identity. */
  startTime: number;
  /** The job wrote to the destination itself (direct stage-out): nothing to copy, publication still possible. */
  alreadyThere: boolean;
  /** Who took its row out of CRAB's queue (`tm_aso_worker`): its states are told back in this name. Absent: it came as a report. */
  crabWorker?: string;
}

/** All files of one job output. */
export interface JobReport {
  /** CRAB's job id, `12` or `0-3`. */
  jobId: string;
  /** CRAB's job retry count: a higher one supersedes the files of a lower one. */
  retry: number;
  /** How many files the job has in all: the job is complete when so many have been reported. */
  expected: number;
  files: FileRecord[];
  /** A jobOutput workflow waits for the outcome. */
  waiter?: boolean;
}

/** VOMS group and role that a task's user acts in; absent or empty: plain membership of the VO. */
export interface VomsAttributes {
  group?: string;
  role?: string;
}

/**
 * A credential is named, never carried: the activity reads it from the store.
 * User, VO group and VO role; empty strings where there is none.
 */
export interface CredentialRef extends Required<VomsAttributes> {
  user: string;
}
