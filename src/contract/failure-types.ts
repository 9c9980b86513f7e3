/** Names of the failures that activities end with: stable, shown in the Temporal UI, used by activities to decide what is an answer and what is tried again. */
export const FAILURE_TYPES = {
  /** FTS did not answer, answered 5xx, 429 or something unreadable. */
  ftsUnavailable: 'FtsUnavailable',
  /** FTS answered 400, 403 or 405 to what we sent: sending it again cannot help. */
  ftsRefused: 'FtsRefused',
  /** The job with the expected id is not the one we sent. */
  ftsJobMismatch: 'FtsJobMismatch',
  /** No credential, an expired or a refused one: files wait. */
  credential: 'CredentialUnavailable',
  /** DBS did not answer, or said something transient. */
  catalogUnavailable: 'CatalogUnavailable',
  /** DBS refused the block for good. */
  catalogRefused: 'CatalogRefused',
  /** As many blocks as an instance of DBS gets at a time, or one user's share of it, are under way: not asked. */
  catalogBusy: 'CatalogBusy',
  crabUnavailable: 'CrabUnavailable',
  crabRefused: 'CrabRefused',
  storageUnavailable: 'StorageUnavailable',
  storageRefused: 'StorageRefused',
  /** As many requests as a site's door gets at a time are under way: not asked. */
  storageBusy: 'StorageBusy',
  /** Files of this scheme cannot be looked at, or removed, by this installation. */
  storageNoWay: 'StorageNoWay',
  /** storage.json has no protocol, rule or common scheme for this LFN: the site's files wait. */
  siteMisconfigured: 'SiteMisconfigured',
  /** Nothing new from FTS yet: the activity is simply tried again (benign). */
  nothingNew: 'NothingNew',
} as const;

/** First detail of such a failure: since when it is so, epoch milliseconds, where whoever failed knows. */
export interface FailureDetails {
  since?: number;
}

export type FailureType = (typeof FAILURE_TYPES)[keyof typeof FAILURE_TYPES];
