import { wrapAll } from './wrap.ts';

/** A result with the time it was made: workflows tell the time by it (src/workflows/clock.ts). */
export interface Stamped<T> {
  result: T;
  /** Epoch milliseconds, by the worker's clock. */
  at: number;
}

/** A group of activities as workflows see it: every result stamped. */
export type StampedActivities<A> = {
  [Name in keyof A]: A[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Promise<Stamped<Result>>
    : never;
};

/** Wraps every function of a group of activities so that its result carries the time. */
export const stamped = <A extends object>(activities: A): StampedActivities<A> =>
  wrapAll(activities, async (call) => ({ result: await call(), at: Date.now() })) as StampedActivities<A>;
