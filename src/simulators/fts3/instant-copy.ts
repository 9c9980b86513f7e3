import { setTimeout as sleep } from 'node:timers/promises';
import { scriptedFailure, type CopyOutcome, type CopyProcess } from './copy.ts';
import type { TransferFaults } from './faults.ts';
import { CopyFailure, ERRNO, isRecoverable } from './reasons.ts';
import type { FileRow } from './rows.ts';

/** What becomes of one copy that moves no bytes. */
export interface PlannedCopy {
  /** How long it takes, milliseconds. */
  ms: number;
  /** FTS's reason; absent where it ends well. */
  fail?: string;
  /** FTS shows the file as CANCELED, not as FAILED: as what has waited too long in its queue. */
  cancelled?: boolean;
}

/** Knows of every copy what becomes of it, where no fault script says otherwise. */
export interface CopyPlan {
  /** Asked once per attempt. */
  next(source: string, destination: string): PlannedCopy;
  /** Enters a copy that has ended well with the storages. @throws CopyFailure where they have something against it */
  arrive(source: string, destination: string, overwrite: boolean): void;
}

const FINISHED: CopyOutcome = { kind: 'finished' };

/** Copies that are planned by nobody end well at once. */
const NO_PLAN: CopyPlan = { next: () => ({ ms: 0 }), arrive: () => undefined };

/** A copy process that moves no bytes: copies go as planned, or as the fault script says. */
export function createInstantCopyProcess(faults: TransferFaults, plan: CopyPlan = NO_PLAN): CopyProcess {
  return (file, signal) => {
    file.size = file.userSize;
    const fault = faults.next(file.source, file.destination);
    if (fault === null) return planned(plan, file, signal);
    if (fault === 'hang') return wait(2 ** 31 - 1, signal);
    if ('slowMs' in fault) return wait(fault.slowMs, signal);
    if ('until' in fault)
      return Promise.race([
        fault.until.then(
          () => FINISHED,
          () => FINISHED,
        ),
        wait(2 ** 31 - 1, signal),
      ]);
    if ('fail' in fault) return scriptedFailure(fault);
    // Wrong bytes are noticed only where the destination is checked.
    const [, value] = file.checksum.split(':');
    if (!value || !/[tb]/.test(file.job.verifyChecksum)) return FINISHED;
    const text = `User-defined and destination ADLER32 checksum do not match (${value} != 00000000)`;
    return { kind: 'failed', reason: new CopyFailure('DESTINATION', ERRNO.EIO, text).message, recoverable: false };
  };
}

function planned(plan: CopyPlan, file: FileRow, signal: AbortSignal): CopyOutcome | Promise<CopyOutcome> {
  const { source, destination, job } = file;
  const { ms, fail, cancelled = false } = plan.next(source, destination);
  const end = (): CopyOutcome => {
    if (fail !== undefined) return { ...scriptedFailure({ fail }), ...(cancelled && { cancelled }) };
    try {
      plan.arrive(source, destination, job.overwriteFlag === 'Y');
      return FINISHED;
    } catch (error) {
      if (!(error instanceof CopyFailure)) throw error;
      return { kind: 'failed', reason: error.message, recoverable: isRecoverable(error.message) };
    }
  };
  if (ms === 0) return end();
  return wait(ms, signal).then((waited) => (waited.kind === 'finished' ? end() : waited));
}

const wait = (ms: number, signal: AbortSignal): Promise<CopyOutcome> =>
  sleep(ms, FINISHED, { signal, ref: false }).catch((): CopyOutcome => ({ kind: 'aborted' }));
