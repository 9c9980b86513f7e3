import { activityInfo } from '@temporalio/activity';

/** The first try of the activity that there ever was: a retry is none, nor is a try after a reset, whose attempt is 1 again. */
export function isFirstTry(): boolean {
  const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = activityInfo();
  return attempt === 1 && currentAttemptScheduledTimestampMs <= scheduledTimestampMs;
}
