/**
 * Settings of Temporal's server that this service relies on, by the names of its dynamic configuration. In production they are
 * deploy/temporal-dynamic-config.yaml, which a test holds against these.
 */
export const SERVER_SETTINGS: Readonly<Record<string, boolean | number>> = {
  // Users share fairly: tasks carry their owner as fairness key, which servers heed only with these.
  'matching.useNewMatcher': true,
  'matching.enableFairness': true,
  // When more signals than these come while a workflow task is at work, the server fails the task and it begins again: with the default of
  // 100, a CRAB task whose jobs all report at once gets nowhere as long as that lasts (bench:fairness).
  'history.maximumBufferedEventsBatch': 2_000,
};
