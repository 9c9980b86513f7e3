import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { Metrics } from './metrics.ts';

const TYPES = new Set<string>(Object.values(FAILURE_TYPES));

/** Counts attempts of activities that fail, by what failed; what is tried again on purpose and what was cancelled do not count. */
export const countFailures =
  (metrics: Metrics): ActivityInterceptorsFactory =>
  ({ info: { activityType: activity } }) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          const failure = failureOf(error);
          if (failure !== null) metrics.add('aso_activity_failures_total', 1, { activity, failure });
          throw error;
        }
      },
    },
  });

function failureOf(error: unknown): string | null {
  if (error instanceof CancelledFailure) return null;
  if (!(error instanceof ApplicationFailure)) return 'other';
  if (error.category === ApplicationFailureCategory.BENIGN) return null;
  return TYPES.has(error.type ?? '') ? (error.type as string) : 'other';
}
