/** A moment (epoch ms) at which a file or job took a state. */
export interface FtsStateChange {
  readonly state: string;
  readonly at: number;
}

/** One run of the copy process for a file. */
export interface FtsAttempt {
  readonly startedAt: number;
  /** Epoch ms; null while it runs. */
  readonly endedAt: number | null;
  /** FTS's reason where it failed, null where it did not; `aborted` where it was killed. */
  readonly reason: string | null;
}

/** A file of a job as the simulator's books have it: what really happened, also where the wire format hides it. */
export interface FtsFileRecord {
  readonly fileId: number;
  /** Place among the job's files as submitted; replicas of one file share it. */
  readonly index: number;
  readonly source: string;
  readonly destination: string;
  readonly state: string;
  readonly history: readonly FtsStateChange[];
  readonly attempts: readonly FtsAttempt[];
  /** Retries used. */
  readonly retries: number;
  readonly reason: string | null;
  readonly recoverable: boolean | null;
  readonly metadata: unknown;
  readonly activity: string;
  /** As submitted, `ADLER32` where none was. */
  readonly checksum: string;
  /** Bytes, as submitted; 0 where none was. */
  readonly userSize: number;
  /** Bytes, as found at the source; null before the copy looked. */
  readonly size: number | null;
  /** Epoch ms. Both may be null in states where one would expect them, as in FTS. */
  readonly startTime: number | null;
  readonly finishTime: number | null;
}

/** A job as the simulator's books have it. */
export interface FtsJobRecord {
  readonly jobId: string;
  /** Null where the submitter left the id to FTS. */
  readonly sid: string | null;
  readonly userDn: string;
  readonly vo: string;
  /** Of the credential its copies use. */
  readonly delegationId: string;
  /** Epoch ms. */
  readonly submitTime: number;
  readonly finishTime: number | null;
  readonly state: string;
  readonly history: readonly FtsStateChange[];
  readonly reason: string | null;
  readonly priority: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly files: readonly FtsFileRecord[];
}

/** A DELETE of jobs or of files of a job, whether it changed anything or not. */
export interface FtsDeletion {
  /** Epoch ms. */
  readonly at: number;
  readonly jobIds: readonly string[];
  /** Null where whole jobs were to be cancelled. */
  readonly fileIds: readonly number[] | null;
}

/** How often FTS was asked for jobs by their ids. */
export interface FtsLooks {
  /** `GET /jobs/<ids>`, whatever became of them. */
  requests: number;
  /** Ids in all of them: what one request per job would have taken. */
  jobs: number;
}

/** A submission that was answered with an error. */
export interface FtsRefusedSubmission {
  /** Epoch ms. */
  readonly at: number;
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
}

/** A credential that FTS was given, and took. */
export interface FtsDelegation {
  /** Epoch ms. */
  readonly at: number;
  readonly delegationId: string;
  readonly userDn: string;
  /** Epoch ms at which the first certificate of it expires. */
  readonly notAfter: number;
}
