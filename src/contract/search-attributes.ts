import { defineSearchAttributeKey, type SearchAttributeType } from '@temporalio/common';

/**
 * What operators find workflows by. On PostgreSQL and SQLite a namespace has room for 10 keywords, 3 keyword lists
 * and 3 integers, and a keyword for 255 characters. Values are stored in clear: never a DN or a credential.
 */
export const SEARCH_ATTRIBUTES = {
  /** CRAB task name. */
  task: defineSearchAttributeKey('AsoTask', 'KEYWORD'),
  /** CRAB user name of the task's owner. */
  user: defineSearchAttributeKey('AsoUser', 'KEYWORD'),
  /** Sites the files come from: one for a batch, all of them for a task. */
  source: defineSearchAttributeKey('AsoSource', 'KEYWORD_LIST'),
  /** Site the files go to; the first one of a task that has several. */
  destination: defineSearchAttributeKey('AsoDestination', 'KEYWORD'),
  /** Output datasets. */
  dataset: defineSearchAttributeKey('AsoDataset', 'KEYWORD_LIST'),
  /** Host of the FTS server a batch went to. */
  ftsServer: defineSearchAttributeKey('AsoFtsServer', 'KEYWORD'),
  /** What the workflow is doing: the words of src/domain/details/listed.ts. */
  state: defineSearchAttributeKey('AsoState', 'KEYWORD'),
  /** Failure classes of the files that failed or wait for another attempt. */
  failureClass: defineSearchAttributeKey('AsoFailureClass', 'KEYWORD_LIST'),
  filesTotal: defineSearchAttributeKey('AsoFilesTotal', 'INT'),
  filesDone: defineSearchAttributeKey('AsoFilesDone', 'INT'),
  filesFailed: defineSearchAttributeKey('AsoFilesFailed', 'INT'),
} as const;

/** The keys as a list, for whoever registers them. */
export const ALL_SEARCH_ATTRIBUTES: readonly { name: string; type: SearchAttributeType }[] =
  Object.values(SEARCH_ATTRIBUTES);
