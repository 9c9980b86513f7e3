import type { FailureClass } from '../domain/failure-classes.ts';
import { destinationKey } from '../domain/ledger/entry.ts';
import type { PublicationState, TransferState } from '../domain/states.ts';
import type { PlannedFile, PlannedJob, PlannedTask } from './plan.ts';
import { FATAL } from './struck-files.ts';

/** What must have become of a file in the end, as the script has it. */
export interface ExpectedFile {
  task: PlannedTask;
  job: PlannedJob;
  file: PlannedFile;
  /** Key of the file in its task's books. */
  key: string;
  transfer: Extract<TransferState, 'DONE' | 'FAILED'>;
  failure: FailureClass | null;
  publication: Extract<PublicationState, 'NOT_REQUIRED' | 'DONE' | 'FAILED'>;
}

/** The end of every file of the plan. */
export function expectedFiles(tasks: readonly PlannedTask[]): ExpectedFile[] {
  return tasks.flatMap((task) =>
    task.jobs.flatMap((job) =>
      job.files.map((file): ExpectedFile => {
        const failure = failureOf(file);
        const transfer = failure ? 'FAILED' : 'DONE';
        const key = destinationKey(job.destination, file.destinationLfn);
        return { task, job, file, key, transfer, failure, publication: publicationOf(task, job, file) };
      }),
    ),
  );
}

/** All output files of the job will arrive; logs do not count. */
export const isGoodJob = (job: PlannedJob): boolean =>
  job.files.every((file) => file.type === 'log' || failureOf(file) === null);

const failureOf = ({ fault }: PlannedFile): FailureClass | null => (fault && FATAL[fault]) ?? null;

function publicationOf(task: PlannedTask, job: PlannedJob, file: PlannedFile): ExpectedFile['publication'] {
  if (file.type === 'log' || task.publication === 'never') return 'NOT_REQUIRED';
  if (isGoodJob(job)) return 'DONE';
  // CRAB flags only jobs that are done.
  return task.publication === 'later' ? 'NOT_REQUIRED' : 'FAILED';
}
