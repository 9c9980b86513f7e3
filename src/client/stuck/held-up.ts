import type { TaskStatus } from '../../contract/messages.ts';
import { AWAITED } from '../../contract/awaited.ts';
import type { FailureType } from '../../contract/failure-types.ts';

/** Files of a task whose transfer is not final, those held by a rule left out: they wait for something else. */
export const moving = ({ transfer: { NEW = 0, SUBMITTED = 0, RETRY = 0, KILL = 0 } }: TaskStatus): number =>
  NEW + SUBMITTED + RETRY + KILL;

/** Files on their way into DBS. */
export const publishing = ({ publication: { ACQUIRED = 0 } }: TaskStatus): number => ACQUIRED;

/** How many files of a task calls hold up that fail so: at most, since not each of them needs such a call now. */
export function heldUpBy(type: FailureType, status: TaskStatus): number {
  const steps = AWAITED[type]?.steps ?? [];
  const copies = steps.includes('copy')
    ? moving(status)
    : steps.includes('look')
      ? (status.transfer.SUBMITTED ?? 0)
      : 0;
  return copies + (steps.includes('block') ? publishing(status) : 0);
}
