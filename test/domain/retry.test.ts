import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES, ruleOf, type FailureClass } from '../../src/domain/failure-classes.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { nextAttempt } from '../../src/domain/retry.ts';

const failures = (...classes: FailureClass[]): { class: FailureClass }[] => classes.map((c) => ({ class: c }));
const middle = (): number => 0.5;

const histories = fc.array(fc.record({ class: fc.constantFrom(...FAILURE_CLASSES) }), { minLength: 1, maxLength: 40 });
const delays = fc.record({
  retryDelay: fc.integer({ min: 1, max: 3600 }),
  retryDelayMax: fc.integer({ min: 3600, max: 86_400 }),
});
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('nextAttempt', () => {
  it('doubles the pause up to the limit', () => {
    const policy = { retryDelay: 300, retryDelayMax: 1000 };
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
    const queued = failures('queue-expired', 'queue-expired', 'unknown', 'queue-expired', 'unknown');
    expect(nextAttempt(queued, DEFAULT_POLICY, middle)).toEqual({ retryInMs: 600_000 });
    expect(nextAttempt([...queued, ...failures('queue-expired')], DEFAULT_POLICY, middle)).toEqual({ giveUp: true });
  });

  it('starts at once where nothing has failed', () => {
    expect(nextAttempt([], DEFAULT_POLICY, middle)).toEqual({ retryInMs: 0 });
  });

  it('gives up exactly when the last class is permanent or its own budget is used up', () => {
    fc.assert(
      fc.property(histories, delays, randoms, (history, policy, random) => {
        const last = ruleOf(history.at(-1)?.class ?? 'unknown');
        const count = history.filter((failure) => failure.class === last.class).length;
        const next = nextAttempt(history, policy, () => random);
        expect(next.giveUp === true).toBe(!last.recoverable || count >= last.attempts);
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
        const history: { class: FailureClass }[] = [];
        const bound = FAILURE_CLASSES.reduce((sum, name) => sum + ruleOf(name).attempts, 0);
        for (const failure of stream) {
          history.push({ class: failure });
          if (nextAttempt(history, DEFAULT_POLICY, middle).giveUp) break;
        }
        expect(history.length).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
