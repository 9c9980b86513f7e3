import { setCurrentDetails, type WorkflowInterceptors } from '@temporalio/workflow';

/** How this execution tells of itself; every execution has a sandbox, and with it this variable, of its own. */
let describe: (() => string) | null = null;

/** The query by which Temporal's UI asks for the current details, among other things. */
const METADATA_QUERY = '__temporal_workflow_metadata';

/**
 * Says how the current details of this execution, which Temporal's UI shows, are made. That is done when somebody asks, never before: a task
 * of 100,000 files counts them then, and nothing is written into a history.
 * @param details Markdown, at most some 20 KiB
 */
export function showDetails(details: () => string): void {
  describe = details;
}

/** Loaded into the bundle: queries of the SDK itself pass by the interceptors of queries, so that activations are looked at. */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        const isAsked = input.activation.jobs?.some((job) => job.queryWorkflow?.queryType === METADATA_QUERY);
        if (isAsked && describe) setCurrentDetails(describe());
        next(input);
      },
    },
  ],
});
