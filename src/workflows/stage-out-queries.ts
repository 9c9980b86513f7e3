import { defineQuery, setHandler } from '@temporalio/workflow';
import type { JobView } from '../contract/job-status.ts';
import {
  TASK_QUERIES,
  type FilesPage,
  type FilesQuery,
  type LedgerFile,
  type TaskStatus,
} from '../contract/messages.ts';
import { toBase64 } from '../domain/base64.ts';
import { taskDetails } from '../domain/details/task-details.ts';
import { writeBooks, type TaskBooks } from '../domain/ledger/books.ts';
import { encodeLedger } from '../domain/ledger/codec.ts';
import type { LedgerEntry, LedgerJob } from '../domain/ledger/entry.ts';
import { viewEntry, viewJob } from '../domain/ledger/job-view.ts';
import { countTask, pageEntries } from '../domain/ledger/status.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { showDetails } from './details.ts';
import type { StageOutContext } from './stage-out.ts';

/** Registers the queries. */
export function handleQueries(context: StageOutContext, task: string): void {
  setHandler(defineQuery<TaskStatus>(TASK_QUERIES.status), () => statusOf(context, task));
  showDetails(() => taskDetails(statusOf(context, task)));
  setHandler(defineQuery<FilesPage, [FilesQuery?]>(TASK_QUERIES.files), (query = {}) => {
    if (!context.state) return { files: [], next: null };
    const { state, publication, keys, after = 0, limit = 1000 } = query;
    const matches = (entry: LedgerEntry): boolean =>
      (!keys || keys.includes(entry.key)) &&
      (!state || entry.transfer === state) &&
      (!publication || entry.publication === publication);
    const page = pageEntries(context.state, matches, after, Math.min(limit, 1000));
    return { files: page.entries.map(({ entry, job }) => ledgerFile(entry, job)), next: page.next };
  });
  setHandler(defineQuery<JobView | null, [string]>(TASK_QUERIES.job), (jobId) => {
    const { state } = context;
    if (!state) throw new Error('its earlier books are being read: ask again');
    const job = state.ledger.jobs.get(jobId);
    if (!job) return null;
    const files = job.entries.map((entry) => ({ ...ledgerFile(entry, job), ...viewEntry(state, job, entry) }));
    return { ...viewJob(job), waitsFor: waitsOf(context), files };
  });
  // For a task joined again: the books as they are, base64.
  setHandler(defineQuery<{ ledger: string; batches: number } | null>(TASK_QUERIES.ledger), () =>
    context.state
      ? { ledger: toBase64(encodeLedger(context.state.ledger)), batches: context.state.batches.started }
      : null,
  );
  setHandler(defineQuery<TaskBooks | null>(TASK_QUERIES.books), () => context.state && writeBooks(context.state));
}

function statusOf(context: StageOutContext, task: string): TaskStatus {
  const { state } = context;
  const empty = { started: 0, open: 0, active: 0, waiting: 0, inWindow: 0 };
  const noJobs = { jobs: 0, files: 0, examples: [] };
  const user = ownerOfTask(task) ?? '';
  if (!state) {
    return {
      ...{ task, user, closed: false, paused: false, priority: null, complete: false, openedAt: 0, lastChangeAt: 0 },
      ...{ files: 0, jobs: { total: 0, complete: 0 } },
      ...{
        transfer: {},
        publication: {},
        links: [],
        datasets: [],
        failures: [],
        rejections: [],
        held: [],
        batches: empty,
      },
      ...{ unreported: noJobs, heldBack: noJobs },
      waitsFor: waitsOf(context),
    };
  }
  const { closed, paused, priority, complete, batches, window } = state;
  const { started, open, active, waiting } = batches;
  return {
    ...{ task, user, closed, paused, priority, complete },
    ...countTask(state),
    batches: { started, open, active, waiting, inWindow: window.size },
    waitsFor: waitsOf(context),
  };
}

/** What a task as a whole waits for, in words. */
function waitsOf({ state, waitsFor }: StageOutContext): string[] {
  if (!state) return ['its earlier books to be read'];
  if (state.complete) return [];
  return [...waitsFor.values(), ...(state.paused ? ['resume: the task is paused'] : [])];
}

const ledgerFile = (entry: LedgerEntry, job: LedgerJob): LedgerFile => ({
  key: entry.key,
  jobId: job.id,
  retry: entry.retry,
  batch: entry.batch || null,
  transfer: entry.transfer,
  publication: entry.publication,
  failure: entry.failure,
  ...(entry.rule ? { rule: entry.rule } : {}),
});
