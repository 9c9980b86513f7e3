/** A row of CRAB's table of transfers, by its columns (`tm_…`), as CRAB answers: some or all of them. */
export type QueueRow = Readonly<Record<string, unknown>>;

/**
 * CRAB's queue of transfers, as its REST offers it to those who work on them. All methods throw PortError (`CrabUnavailable`,
 * `CredentialUnavailable`, `CrabRefused`).
 */
export interface CrabQueuePort {
  /** Users with rows that are nobody's, or that this worker has acquired. */
  users(worker: string): Promise<string[]>;
  /** Makes up to 1,000 new rows of a user, that are nobody's, this worker's; answers how many. No two workers get the same one. */
  acquireTransfers(worker: string, username: string): Promise<number>;
  /** Rows that this worker has acquired and that nothing was said of since; at most `limit`. */
  acquiredTransfers(worker: string, limit: number): Promise<QueueRow[]>;
  /** Takes what is to be published of this worker's rows, and of those that are nobody's; answers how many. */
  acquirePublication(worker: string): Promise<number>;
  /** Rows whose publication this worker has acquired; without their ids. */
  acquiredPublication(worker: string, limit: number): Promise<QueueRow[]>;
  /** Rows of this worker that are to be killed; at most 5,000. */
  toKill(worker: string): Promise<QueueRow[]>;
  /** A row, whole; null where there is none. */
  row(id: string): Promise<QueueRow | null>;
}
