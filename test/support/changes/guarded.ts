import { patched, sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** The same change as it must be made: what was done before it replays as it was done. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      // Not an async function: its promise is a step later than the activity's own, and a signal that comes with the result would overtake it.
      scheduleActivity: (input, next) =>
        patched('wait before activities') ? sleep(1).then(() => next(input)) : next(input),
    },
  ],
});
