import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Messages and stacks of failures as payloads, so that they are encrypted as all others. Loaded by its path: by clients and workers, and into
 * the bundle of workflows where payloads are encrypted.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
