import { patched, sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** The same change as it must be made: what was done before it replays as it was done. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async scheduleActivity(input, next) {
        if (patched('wait before activities')) await sleep(1);
        return next(input);
      },
    },
  ],
});
