import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { asAttempt } from '../adapters/attempt.ts';

/** Every try of an activity is one that Temporal gives to another worker when this one is not heard of. */
export const activityAttempts: ActivityInterceptorsFactory = () => ({
  inbound: { execute: (input, next) => asAttempt(() => next(input)) },
});
