import { expect, it } from 'vitest';
import { PARTS } from '../../src/chaos/parts.ts';
import { makeChaosPlan } from '../../src/chaos/plan.ts';
import { ACT_NAMES } from '../../src/chaos/plan-acts.ts';
import { STRIKES } from '../../src/chaos/strikes/index.ts';

const MINUTES = 60_000;

it('is the same for the same seed, and another for another', () => {
  const plan = (seed: number): string => JSON.stringify(makeChaosPlan(seed, 5 * MINUTES, PARTS));
  expect(plan(7)).toBe(plan(7));
  expect(plan(7)).not.toBe(plan(8));
});

it('strikes everybody in the course of an hour, each as it may be struck, in every way', () => {
  const { strikes } = makeChaosPlan(1, 60 * MINUTES, PARTS);
  const struck = new Set(strikes.map(({ kind, target }) => `${kind} ${target}`));
  const all = Object.entries(STRIKES).flatMap(([kind, { targets }]) => targets.map((target) => `${kind} ${target}`));
  expect([...struck].sort()).toEqual(all.sort());
});

it('spares PostgreSQL where there is none', () => {
  const parts = PARTS.filter((part) => part !== 'postgresql');
  const { strikes } = makeChaosPlan(1, 10 * MINUTES, parts);
  expect(strikes.map(({ target }) => target)).not.toContain('postgresql');
});

it('resets publishers of tasks that publish, and does every kind of act often enough in ten minutes', () => {
  const { acts } = makeChaosPlan(1, 6.5 * MINUTES, PARTS);
  const resets = acts.filter(({ kind }) => kind === 'reset-publisher');
  expect(resets.filter(({ task }) => task.task.publication === 'never')).toEqual([]);
  for (const name of ACT_NAMES) expect(acts.filter(({ kind }) => kind === name).length, name).toBeGreaterThan(3);
});
