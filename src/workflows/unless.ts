import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

/** The result of an activity; null where something makes it needless meanwhile, which cancels it. */
export async function unless<T>(isNeedless: () => boolean, activity: () => Promise<T>): Promise<T | null> {
  const scope = new CancellationScope();
  try {
    return await scope.run(() => Promise.race([activity(), condition(isNeedless).then(() => null)]));
  } catch (error) {
    if (isCancellation(error)) return null;
    throw error;
  } finally {
    scope.cancel();
  }
}
