type Activity = (...args: unknown[]) => Promise<unknown>;

/** A group of activities with each call of each of them put through `around`. */
export function wrapAll<A extends object>(
  activities: A,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): A {
  const wrap =
    (activity: Activity): Activity =>
    (...args) =>
      around(() => activity(...args));
  const entries = Object.entries(activities) as [string, Activity][];
  return Object.fromEntries(entries.map(([name, activity]) => [name, wrap(activity)])) as A;
}
