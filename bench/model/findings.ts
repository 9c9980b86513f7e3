import type { FailureClass } from '../../src/domain/failure-classes.ts';
import { noCounts, type TemporalCounts } from './workflow-meter.ts';

/** A file that is DONE. Epoch milliseconds; submitted for the last time. */
export interface Stay {
  user: string;
  reportedAt: number;
  submittedAt: number;
  doneAt: number;
}

/** What a simulation is run for: counted as it goes. Times in seconds. */
export class Findings {
  files = 0;
  jobOutputs = 0;
  readonly temporal: Record<'stageOut' | 'transferBatch' | 'publishDataset', TemporalCounts> = {
    stageOut: noCounts(),
    transferBatch: noCounts(),
    publishDataset: noCounts(),
  };
  readonly ftsRequests = { submit: 0, look: 0, cancel: 0 };
  /** FTS jobs looked at, whatever the number of requests that took. */
  looks = 0;
  /** Files of each FTS job. */
  readonly jobSizes: number[] = [];
  /** Files of each block. */
  readonly blockSizes: number[] = [];
  readonly reportedToSubmitted: number[] = [];
  /** As much of it as was spent in a batch: where all turns of the task are taken, that waits for one. */
  readonly begunToSubmitted: number[] = [];
  /** From the end of a copy until its batch knows. */
  readonly endToKnown: number[] = [];
  readonly reportedToPublished: number[] = [];
  /** Files sent to FTS, each as often as it was. */
  sent = 0;
  readonly stays: Stay[] = [];
  /** Of each task that has ended: seconds from its first report. */
  readonly tasks: { user: string; seconds: number }[] = [];
  done = 0;
  published = 0;
  killed = 0;
  /** Files that FAILED, by the class of their last failure. */
  readonly failed = new Map<FailureClass | 'none', number>();
  readonly open = { stageOut: 0, transferBatch: 0, publishDataset: 0 };
  readonly mostOpen = { stageOut: 0, transferBatch: 0, publishDataset: 0 };

  /** Sum over all workflows. */
  get all(): TemporalCounts {
    const sum = noCounts();
    for (const counts of Object.values(this.temporal))
      for (const name of Object.keys(sum) as (keyof TemporalCounts)[]) sum[name] += counts[name];
    return sum;
  }

  get allFtsRequests(): number {
    const { submit, look, cancel } = this.ftsRequests;
    return submit + look + cancel;
  }

  /** When those arrived that had been reported before a moment and arrived after it, epoch milliseconds. */
  lateArrivals(moment: number): number[] {
    const isLate = ({ reportedAt, doneAt }: Stay): boolean => reportedAt < moment && doneAt >= moment;
    return this.stays.filter(isLate).map(({ doneAt }) => doneAt);
  }

  began(kind: keyof Findings['open']): void {
    this.open[kind] += 1;
    this.mostOpen[kind] = Math.max(this.mostOpen[kind], this.open[kind]);
  }

  ended(kind: keyof Findings['open']): void {
    this.open[kind] -= 1;
  }
}
