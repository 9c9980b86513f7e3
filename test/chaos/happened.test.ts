import { expect, it } from 'vitest';
import { checkHappened, type Happenings } from '../../src/chaos/happened.ts';
import type { DoneAct } from '../../src/chaos/operators.ts';
import { PARTS } from '../../src/chaos/parts.ts';
import { ACT_NAMES } from '../../src/chaos/plan-acts.ts';
import { STRIKE_NAMES } from '../../src/chaos/strikes/index.ts';

const everything = (minutes: number): Happenings => ({
  minutes,
  parts: PARTS,
  strikes: STRIKE_NAMES.flatMap((kind) => PARTS.map((target) => ({ kind, target, at: 0, lasts: 0 }))),
  acts: ACT_NAMES.map((kind) => ({ kind, done: true }) as DoneAct),
});

it('a whole run in which everything happened passes', () => {
  expect(checkHappened(everything(10)).problems).toEqual([]);
});

it('a whole run without a kind of strike, an act that was carried out, or a kill of somebody fails', () => {
  const run = everything(10);
  const strikes = run.strikes.filter(
    ({ kind, target }) => kind !== 'deep-freeze' && !(kind === 'kill' && target === 'dbs'),
  );
  const acts = run.acts.map((act) => (act.kind === 'resubmit' ? { ...act, done: false } : act));
  const { problems } = checkHappened({ ...run, strikes, acts });
  expect(problems).toEqual(['deep-freeze never happened', 'resubmit never happened', 'kill of dbs never happened']);
});

it('a short run passes, and names what it did not have', () => {
  const { claim, problems } = checkHappened({ ...everything(0.8), acts: [] });
  expect(problems).toEqual([]);
  expect(claim).toMatch(/too short for: cancel, retry/);
});
