import { expect, test } from 'vitest';
import { operate, operationsJournal, operatorRules, reportOutcomes } from '../../src/client/index.ts';
import { OPERATIONS, type OperationName, type OperationRequests } from '../../src/contract/operations.ts';
import { workflowsOfShortDays } from '../support/changed-workflows.ts';
import { runSizes } from '../support/histories.ts';
import { newTask } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

/** Workers keep no workflow, so that each message is read by one that knows nothing of what came before. */
const { world, rig } = await useRig({
  workflowBundle: await workflowsOfShortDays(),
  settings: { ASO_WORKER_CACHED_WORKFLOWS: '0', ASO_OPERATIONS_REFRESH: '0.1', ASO_OPERATIONS_REPORT: '0.1' },
});

const BY = { reason: 'downtime', by: 'bob' };
const ask = <Name extends OperationName>(name: Name, request: Omit<OperationRequests[Name], 'reason' | 'by'>) =>
  operate(rig.client, name, { ...request, ...BY } as OperationRequests[Name]);

const days = async (): Promise<number> => (await runSizes(rig.client, OPERATIONS)).length;
const whats = async (): Promise<string[]> => (await operationsJournal(rig.client)).map(({ what }) => what);

test('a new day finds all that operators have set, and holds what they hold', async () => {
  await ask('closeSite', { site: 'T2_IT_Pisa', direction: 'source' });
  await ask('closeSite', { site: 'T2_DE_DESY', direction: 'destination', until: '30d', cancelActive: true });
  await ask('blockUser', { user: 'mallory', until: '3d' });
  await ask('setPriority', { user: 'alice', priority: 5 });
  await ask('setServer', { site: 'T2_US_MIT', server: world.fts.url });
  await ask('setBreaker', { breaker: 'site', minimum: 7, dryRun: false });
  await ask('tripBreaker', { site: 'T2_CH_CERN', end: 'source' });
  const [rules, journal] = [await operatorRules(rig.client), await operationsJournal(rig.client)];
  expect(journal).toHaveLength(7);
  const held = new TestTask(world, rig);
  await held.add(await held.job());

  const today = await days();
  await expect.poll(days, { timeout: 10_000 }).toBeGreaterThan(today + 1);
  expect(await operatorRules(rig.client)).toEqual(rules);
  expect(await operationsJournal(rig.client)).toEqual(journal);
  expect(await held.transfer()).toEqual({ HELD: 1 });
  await ask('openSite', { site: 'T2_IT_Pisa' });
  expect(await held.finish()).toMatchObject({ transfer: { DONE: 1 } });
});

test('requests and outcomes of copies that come as the day changes are taken once each', async () => {
  const outcome = { task: newTask(), source: 'T2_ES_CIEMAT', destination: 'T2_US_MIT', scope: 'SOURCE', class: 'transient' } as const; // prettier-ignore
  const failed = () => reportOutcomes(rig.client, { at: Date.now(), outcomes: [{ ...outcome, copies: 1 }] });
  await ask('setBreaker', { breaker: 'site', minimum: 1_000_000, users: 1 });
  const [today, asked]: [number, string[]] = [await days(), []];
  while ((await days()) < today + 3) {
    await failed();
    const { did } = await ask(asked.length % 2 === 0 ? 'blockUser' : 'unblockUser', { user: 'trudy' });
    asked.push(...did);
  }
  // The journal keeps no more than 300.
  const lately = -Math.min(asked.length, 200);
  expect((await whats()).slice(lately)).toEqual(asked.slice(lately));
  expect(asked).toEqual(asked.map((_, at) => `${at % 2 === 0 ? '' : 'un'}blocked trudy`));

  await ask('setBreaker', { breaker: 'site', minimum: asked.length + 1, share: 1 });
  await failed();
  const all = asked.length + 1;
  const reasons = async () => (await operatorRules(rig.client)).trips.map(({ reason }) => reason).join();
  await expect.poll(reasons).toContain(`${all} of ${all} copies failed`);
});
