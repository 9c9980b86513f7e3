import { sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** A change of workflow code that breaks what runs: before its activities an execution now waits, which its history knows nothing of. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async scheduleActivity(input, next) {
        await sleep(1);
        return next(input);
      },
    },
  ],
});
