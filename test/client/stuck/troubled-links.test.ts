import { expect, test } from 'vitest';
import { troubledLinks } from '../../../src/client/stuck/troubled-links.ts';
import type { TaskStatus } from '../../../src/contract/messages.ts';
import { noRules } from '../../../src/domain/operations/rules.ts';

const [SOURCE, DESTINATION] = ['T2_US_MIT', 'T2_CH_CERN'];

/** What counts of a task's status here. */
const status = (user: string, transfer: object, failures: object = {}): TaskStatus =>
  ({
    task: `261123_101500:${user}_crab_x`,
    user,
    links: [{ source: SOURCE, destination: DESTINATION, transfer, failures }],
  }) as unknown as TaskStatus;

test('whoever fills the queue of a link is named to those that wait behind, until told to let them pass', () => {
  const statuses = [status('dave', { SUBMITTED: 300 }), status('alice', { NEW: 2, SUBMITTED: 5 }), status('bob', {})];
  expect(troubledLinks(statuses, noRules())).toEqual([
    {
      ...{ cause: 'crowded', subject: 'dave on T2_US_MIT → T2_CH_CERN', since: null },
      ...{ task: '261123_101500:alice_crab_x', user: 'alice', files: 7 },
      why: "300 of the 307 files in the queue are dave's",
      action: 'aso user priority dave 1 --reason "…"; or aso user block dave --reason "…"',
    },
  ]);
  const told = { user: 'dave', priority: 1, reason: 'a test', by: 'operator', at: 0 };
  expect(troubledLinks(statuses, { ...noRules(), priorities: [told] })).toEqual([]);
});

test('nobody crowds a link alone, with few files, or with a fair share of many', () => {
  const found = (...statuses: TaskStatus[]) => troubledLinks(statuses, noRules());
  expect(found(status('dave', { SUBMITTED: 5000 }))).toEqual([]);
  expect(found(status('dave', { SUBMITTED: 40 }), status('alice', { SUBMITTED: 1 }))).toEqual([]);
  expect(found(status('dave', { SUBMITTED: 60 }), status('alice', { SUBMITTED: 40 }))).toEqual([]);
});

test('a link on which most copies fail is told with the class that most of them fail with', () => {
  const statuses = [
    status('alice', { RETRY: 9, SUBMITTED: 3 }, { space: 7, transient: 2 }),
    status('bob', { RETRY: 4, DONE: 100 }, { space: 4 }),
  ];
  expect(troubledLinks(statuses, noRules())).toMatchObject([
    { cause: 'failing', subject: 'T2_US_MIT → T2_CH_CERN', user: 'alice', files: 9 },
    { cause: 'failing', user: 'bob', files: 4, why: '13 of 16 open files have failed and are to be tried again, most with space' }, // prettier-ignore
  ]);
  expect(troubledLinks([status('alice', { RETRY: 12, SUBMITTED: 300 })], noRules())).toEqual([]);
});
