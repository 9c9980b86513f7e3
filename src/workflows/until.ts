import { condition } from '@temporalio/workflow';

/**
 * Waits until `isTrue`, looking again by itself at `when()` (epoch milliseconds; null: only when something happens). A timer is started only
 * where there is a time to wait for: waiting for a signal costs no event.
 */
export async function until(isTrue: () => boolean, when: () => number | null): Promise<void> {
  while (!isTrue()) {
    const at = when();
    const moved = (): boolean => isTrue() || when() !== at;
    if (at === null) await condition(moved);
    else if (at > Date.now()) await condition(moved, at - Date.now());
    else return;
  }
}
