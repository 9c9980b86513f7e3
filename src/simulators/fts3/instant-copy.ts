import { setTimeout as sleep } from 'node:timers/promises';
import { scriptedFailure, type CopyOutcome, type CopyProcess } from './copy.ts';
import type { TransferFaults } from './faults.ts';
import { CopyFailure, ERRNO } from './reasons.ts';

const FINISHED: CopyOutcome = { kind: 'finished' };

/** A copy process that moves no bytes: every copy ends well at once, or as the fault script says. */
export function createInstantCopyProcess(faults: TransferFaults): CopyProcess {
  return (file, signal) => {
    file.size = file.userSize;
    const fault = faults.next(file.source, file.destination);
    if (fault === null) return FINISHED;
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

const wait = (ms: number, signal: AbortSignal): Promise<CopyOutcome> =>
  sleep(ms, FINISHED, { signal, ref: false }).catch((): CopyOutcome => ({ kind: 'aborted' }));
