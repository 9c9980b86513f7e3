import { uuid5 } from '../../../src/domain/digest.ts';
import { ServerCare } from '../../../src/adapters/fts3/server-care.ts';
import { CIRCUIT } from '../../../src/adapters/fts3/server-circuit.ts';
import type { FtsSubmission, FtsTarget, FtsTransfer } from '../../../src/ports/fts.ts';

/** A transfer between the simulator's pretended doors, which it ends well at once. */
export const transferOf = (n: number, over: Partial<FtsTransfer> = {}): FtsTransfer => ({
  key: `key-${n}`,
  sourcePfn: `mock://src.example/store/${n}`,
  destinationPfn: `mock://dst.example/store/${n}`,
  size: 1024,
  adler32: '0a1b2c3d',
  ...over,
});

/** A submission of one file; its expected id is right for a target, if one is given. */
export function submissionOf(over: Partial<FtsSubmission> = {}, target?: FtsTarget): FtsSubmission {
  const sid = over.sid ?? 'run-1/1/1/abcdef';
  return {
    sid,
    expectedJobId: target ? uuid5(uuid5(target.baseId, target.vo), sid) : '00000000-0000-5000-8000-000000000000',
    digest: 'f'.repeat(64),
    task: '261122_060000:jdoe_crab_test',
    batch: 7,
    user: 'jdoe',
    transfers: [transferOf(1)],
    overwrite: false,
    priority: 3,
    maxTimeInQueue: 3600,
    activity: 'ASO',
    ...over,
  };
}

/** Where time-outs are short, and a busy machine is slow: that is no server that is down. */
export const patientCare = (): ServerCare => new ServerCare({ circuit: { ...CIRCUIT, failures: 1000 } });

/** An adapter that does not let a test wait. */
export const IMPATIENT = { coalesceMs: 10, timeouts: { request: 2000, submit: 500 } };
