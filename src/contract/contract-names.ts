import { MAX_JOBS, MAX_RETRY } from '../domain/ledger/message-checks.ts';
import { AWAITED } from './awaited.ts';
import { RECORD_RULES } from './crab-record.ts';
import { COMPRESS_FROM_BYTES, ID_MAX, MESSAGE_BYTES } from './limits.ts';
import { BATCH_QUERIES, PUBLISHER_QUERIES, TASK_MESSAGES, TASK_QUERIES, WORKFLOWS } from './messages.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { TASK_QUEUES } from './task-queues.ts';

/** Everything besides the messages that a client in another language has to know: names in Temporal, limits, and what the rules say. */
export const contractNames = () => ({
  workflows: { stageOut: WORKFLOWS.stageOut, jobOutput: WORKFLOWS.jobOutput },
  taskQueue: TASK_QUEUES.workflows,
  messages: TASK_MESSAGES,
  queries: {
    status: TASK_QUERIES.status,
    job: TASK_QUERIES.job,
    batchFiles: BATCH_QUERIES.files,
    publisherFiles: PUBLISHER_QUERIES.queued,
  },
  searchAttributes: { task: SEARCH_ATTRIBUTES.task.name, user: SEARCH_ATTRIBUTES.user.name },
  limits: {
    messageBytes: MESSAGE_BYTES,
    messageJobs: MAX_JOBS,
    jobRetry: MAX_RETRY,
    compressFromBytes: COMPRESS_FROM_BYTES,
    workflowIdCharacters: ID_MAX,
  },
  rules: RECORD_RULES,
  awaited: AWAITED,
});
