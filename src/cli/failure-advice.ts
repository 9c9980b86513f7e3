import type { FailureClass, FailureRule } from '../domain/failure-classes.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';

/** What whoever reads a failure can do about it, by class. */
const ADVICE: Readonly<Record<FailureClass, string>> = {
  deadline: 'look at the reasons before: `aso files TASK --state FAILED`; then `crab resubmit`',
  timeout: 'wait; if it comes back, tell the sites: the link is very slow',
  'queue-expired': 'wait; if it comes back, the link is overloaded or the destination too slow',
  cancelled: 'wait; it was cancelled in FTS by an operator or by a ban',
  exists: 'in a group area: remove or rename the file that lies there, then `aso retry TASK`',
  'source-checksum': '`crab resubmit`: the job has to write its output again',
  checksum: 'wait; if it comes back, tell the destination site',
  'no-source': '`crab resubmit`: the output is gone and has to be made again',
  space: 'make space at the destination or ask for more quota; it is tried again by itself, later `aso retry TASK`',
  credential: 'renew the proxy or token (`aso status TASK` says whose); everything goes on by itself',
  permission: 'get write permission at the destination (or read permission at the source), then `aso retry TASK`',
  'transfer-permission': 'renew the credential; if it comes back, tell the destination site',
  'fts-refused': 'tell the operators of this service with the reason',
  'site-config': 'tell the site: its storage.json lacks what is needed; its files wait until it is mended',
  transient: 'wait; if it comes back for hours, tell the site that the reason names (SOURCE or DESTINATION)',
  unknown: 'wait; if it ends FAILED, tell the operators of this service: the reason should get a class',
};

/** What to do about failures of a class. */
export const adviceFor = (failure: FailureClass): string => ADVICE[failure];

/** What follows a failure without anybody's doing; pauses are those of the default policy. */
export function whatHappensNext({ recoverable, attempts, delayFactor, lasting }: FailureRule): string {
  if (!recoverable) return 'the file is FAILED at once; its source is kept';
  const minutes = Math.round((DEFAULT_POLICY.retryDelay * delayFactor) / 60);
  const hours = DEFAULT_POLICY.retryFor / 3600;
  const end =
    attempts === Infinity
      ? 'FAILED only when its time over all attempts is up'
      : `FAILED when this has happened ${attempts} times${lasting ? `, over ${hours} hours at least` : ''}`;
  return `tried again after about ${minutes} minutes, doubling; ${end}`;
}
