import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES, ruleOf, type FailureClass } from '../../src/domain/failure-classes.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { nextAttempt } from '../../src/domain/retry.ts';

const HOUR = 3_600_000;
/** One after the other, an hour apart unless said otherwise. */
const failures = (...classes: FailureClass[]): { class: FailureClass; at: number }[] =>
  classes.map((c, i) => ({ class: c, at: i * HOUR }));
const middle = (): number => 0.5;

const histories = fc
  .array(fc.record({ class: fc.constantFrom(...FAILURE_CLASSES), pause: fc.nat(3 * HOUR) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => {
    let at = 0;
    return rows.map(({ class: failure, pause }) => ({ class: failure, at: (at += pause) }));
  });
const delays = fc.record({
  retryDelay: fc.integer({ min: 1, max: 3600 }),
  retryDelayMax: fc.integer({ min: 3600, max: 86_400 }),
  retryFor: fc.constantFrom(0, 3600, 8 * 3600),
});
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('nextAttempt', () => {
  it('doubles the pause up to the limit', () => {
    const policy = { retryDelay: 300, retryDelayMax: 1000, retryFor: 0 };
    expect(nextAttempt(failures('transient'), policy, middle)).toEqual({ retryInMs: 300_000 });
    expect(nextAttempt(failures('transient', 'transient'), policy, middle)).toEqual({ retryInMs: 600_000 });
    expect(nextAttempt(failures('transient', 'transient', 'transient'), policy, middle)).toEqual({
      retryInMs: 1_000_000,
    });
  });

  it('waits longer for a full disk', () => {
    expect(nextAttempt(failures('space'), DEFAULT_POLICY, middle)).toEqual({ retryInMs: 1_200_000 });
  });

  it('lets a stay in the queue cost nothing else', () => {
    const queued = failures('queue-expired', 'queue-expired', 'unknown', 'queue-expired', 'unknown', 'queue-expired');
    const policy = { ...DEFAULT_POLICY, retryFor: 0 };
    expect(nextAttempt(queued.slice(0, 5), policy, middle)).toEqual({ retryInMs: 600_000 });
    expect(nextAttempt(queued, policy, middle)).toEqual({ giveUp: true });
  });

  it('gives no file up for what may last before it has lasted for long', () => {
    const minute = 60_000;
    const after = (ms: number, name: FailureClass): object =>
      nextAttempt([0, minute, 2 * minute, 3 * minute, ms].map((at) => ({ class: name, at })), DEFAULT_POLICY, middle); // prettier-ignore
    const longest = DEFAULT_POLICY.retryFor * 1000;
    for (const name of ['space', 'transient', 'unknown'] as const) {
      expect(after(longest - 1, name), name).toHaveProperty('retryInMs');
      expect(after(longest, name), name).toEqual({ giveUp: true });
    }
    for (const name of ['exists', 'checksum', 'permission'] as const)
      expect(after(4 * minute, name), name).toEqual({ giveUp: true });
  });

  it('starts at once where nothing has failed', () => {
    expect(nextAttempt([], DEFAULT_POLICY, middle)).toEqual({ retryInMs: 0 });
  });

  it('gives up exactly when the last class is permanent or its own budget is used up and what may last has', () => {
    fc.assert(
      fc.property(histories, delays, randoms, (history, policy, random) => {
        const last = ruleOf(history.at(-1)?.class ?? 'unknown');
        const alike = history.filter((failure) => failure.class === last.class);
        const isOld = !last.lasting || alike.at(-1)!.at - alike[0]!.at >= policy.retryFor * 1000;
        const next = nextAttempt(history, policy, () => random);
        expect(next.giveUp === true).toBe(!last.recoverable || (alike.length >= last.attempts && isOld));
      }),
    );
  });

  it('keeps every pause within a quarter of its nominal length', () => {
    fc.assert(
      fc.property(histories, delays, randoms, (history, policy, random) => {
        const next = nextAttempt(history, policy, () => random);
        const nominal = nextAttempt(history, policy, middle);
        if (next.giveUp || nominal.giveUp) return;
        expect(Number.isSafeInteger(next.retryInMs)).toBe(true);
        expect(Math.abs(next.retryInMs - nominal.retryInMs)).toBeLessThanOrEqual(nominal.retryInMs * 0.25 + 1);
        expect(next.retryInMs).toBeLessThanOrEqual(policy.retryDelayMax * 1250);
      }),
    );
  });

  it('does not depend on failures of other classes', () => {
    fc.assert(
      fc.property(histories, delays, (history, policy) => {
        const last = history.at(-1)?.class;
        const own = history.filter((failure) => failure.class === last);
        expect(nextAttempt(history, policy, middle)).toEqual(nextAttempt(own, policy, middle));
      }),
    );
  });

  it('comes to an end for any sequence of failures', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(...FAILURE_CLASSES)), (stream) => {
        const history: { class: FailureClass; at: number }[] = [];
        // An hour apart: what may last has nine of a class at the most.
        const bound = FAILURE_CLASSES.reduce((sum, name) => sum + Math.max(ruleOf(name).attempts, 9), 0);
        for (const failure of stream) {
          history.push({ class: failure, at: history.length * HOUR });
          if (nextAttempt(history, DEFAULT_POLICY, middle).giveUp) break;
        }
        expect(history.length).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
