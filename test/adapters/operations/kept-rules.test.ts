import { expect, test } from 'vitest';
import { KeptRules, type KeptRulesOptions } from '../../../src/adapters/operations/kept-rules.ts';
import { OutcomeTally } from '../../../src/adapters/operations/outcome-tally.ts';
import type { CopyOutcome, OutcomeReport } from '../../../src/domain/operations/copy-outcomes.ts';
import { noRules, type OperatorRules } from '../../../src/domain/operations/rules.ts';

const errand = { task: 't', user: 'mallory', source: 'T2_IT_Pisa', destination: 'T2_CH_CERN' };
const blocking = (): OperatorRules => ({
  ...noRules(),
  users: [{ user: 'mallory', until: null, reason: 'flood', by: 'bob', at: 1 }],
});
const keep = (ask: KeptRulesOptions['ask'], more: Partial<KeptRulesOptions> = {}): KeptRules =>
  new KeptRules({ ask, refreshMs: 0, tally: { add: () => undefined }, ...more });

test('what was known last holds while nobody answers, and that is told once', async () => {
  let answer: () => Promise<OperatorRules | null> = () => Promise.resolve(blocking());
  const problems: string[] = [];
  const rules = keep(() => answer(), { onProblem: (problem) => problems.push(problem) });
  expect(await rules.holdOf(errand, 'b1')).not.toBeNull();
  answer = () => Promise.reject(new Error('Temporal does not answer'));
  for (const who of ['b1', 'b2']) expect(await rules.holdOf(errand, who)).not.toBeNull();
  expect(problems).toEqual([expect.stringContaining('Temporal does not answer')]);
  // Books that are just being read are no answer either.
  answer = () => Promise.resolve(null);
  expect(await rules.holdOf(errand, 'b1')).not.toBeNull();
  answer = () => Promise.resolve(noRules());
  expect(await rules.holdOf(errand, 'b1')).toBeNull();
});

test('nobody waits for long for rules that do not come, and they count as soon as they do', async () => {
  const late = Promise.withResolvers<OperatorRules | null>();
  const rules = keep(() => late.promise, { refreshMs: 60_000, patienceMs: 50 });
  expect(await rules.holdOf(errand, 'b1')).toBeNull();
  const start = performance.now();
  for (let n = 0; n < 20; n += 1) await rules.holdOf(errand, 'b1');
  expect(performance.now() - start).toBeLessThan(500);
  late.resolve(blocking());
  await expect.poll(() => rules.holdOf(errand, 'b1')).not.toBeNull();
});

test('the copy is asked for once while it is fresh, however many want it', async () => {
  let asked = 0;
  const rules = keep(() => Promise.resolve((asked++, noRules())), { refreshMs: 60_000 });
  await Promise.all(Array.from({ length: 50 }, () => rules.rules()));
  expect(asked).toBe(1);
});

test('a breaker whose hold is over lets one batch through, as often as that one asks', async () => {
  const trip = { kind: 'site', name: 'T2_IT_Pisa', end: 'source', armed: true, until: 1, inRow: 1 } as const;
  const rules = keep(() => Promise.resolve({ ...noRules(), trips: [{ ...trip, reason: 'x', by: 'breaker', at: 1 }] }));
  expect(await rules.holdOf(errand, 'b1')).toBeNull();
  expect(await rules.holdOf(errand, 'b2')).not.toBeNull();
  expect(await rules.holdOf(errand, 'b1')).toBeNull();
});

test('outcomes are told as sums, those that could not be told with the next ones', async () => {
  const outcome = (copies: number, failed = false): CopyOutcome => ({
    ...{ task: 't', source: 'T2_IT_Pisa', destination: 'T2_CH_CERN', copies, scope: null },
    class: failed ? 'transient' : null,
  });
  const sent: OutcomeReport['outcomes'][] = [];
  let tries = 0;
  const tally = new OutcomeTally({
    everyMs: 5,
    send: ({ outcomes }) => (++tries === 1 ? Promise.reject(new Error('away')) : Promise.resolve(void sent.push(outcomes))), // prettier-ignore
  });
  for (const copies of [1, 2]) tally.add(outcome(copies));
  await expect.poll(() => tries).toBeGreaterThan(0);
  tally.add(outcome(4, true));
  await expect.poll(() => sent.flat().reduce((sum, { copies }) => sum + copies, 0)).toBe(7);
  await tally.close();
  tally.add(outcome(1));
  expect(sent.flat()).toHaveLength(2);
});
