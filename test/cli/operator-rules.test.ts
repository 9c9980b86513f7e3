import { expect, test } from 'vitest';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { runAso } from './run-aso.ts';

const WHY = ['--reason', 'GOC-12345', '--by', 'bob'];
const SITE = 'T2_IT_Pisa';

const { world, rig } = await useRig({ settings: { ASO_OPERATIONS_REFRESH: '0.1' } });

const aso = (...args: string[]) =>
  runAso(args, { env: { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace } });

/** What a command says, one that does what it is asked. */
async function said(...args: string[]): Promise<string> {
  const { code, out, err } = await aso(...args);
  expect([code, err]).toEqual([0, '']);
  return out;
}

test('a site is closed and opened by an operator, who sees by whom and why, and so does whoever looks at the files', async () => {
  expect(await said('site', 'list')).toBe('no site is closed\n');
  expect(await said('site', 'close', SITE, '--as', 'source', '--until', '2h', ...WHY)).toMatch(
    /^closed T2_IT_Pisa as source until \d{4}-/,
  );
  expect(await said('site', 'list')).toMatch(/T2_IT_Pisa.*source.*goes on.*bob.*GOC-12345/);
  const work = new TestTask(world, rig);
  await work.add(await work.job());
  await expect.poll(() => work.transfer()).toEqual({ HELD: 1 });
  expect(await said('files', work.name)).toMatch(
    /HELD.*site T2_IT_Pisa is closed \(source\) until .* by bob: GOC-12345/s,
  );
  expect(await said('site', 'open', SITE, ...WHY)).toBe(
    'opened T2_IT_Pisa as source\nnothing to do: T2_IT_Pisa is open as destination\nWorkers know within 10 s, what is held within 30 s.\n',
  );
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(await said('operations')).toMatch(/bob {2}closed T2_IT_Pisa.*GOC-12345\n.*bob {2}opened T2_IT_Pisa/);
});

test('users are blocked and get priorities, servers are chosen, breakers are set and tripped, each for everybody to see', async () => {
  const trip = ['--site', SITE, '--end', 'destination', ...WHY];
  const asked = [
    ['user', 'block', 'mallory', ...WHY],
    ['user', 'priority', 'alice', '5', ...WHY],
    ['site', 'server', 'T2_CH_CERN', world.fts.url, ...WHY],
    ['breaker', 'set', 'task', '--minimum', '7', '--share', '50', ...WHY],
    ['breaker', 'trip', '--yes', ...trip],
  ];
  await Promise.all(asked.map((args) => said(...args)));
  const [users = '', breakers = ''] = await Promise.all(['user', 'breaker'].map((kind) => said(kind, 'list')));
  expect(users).toMatch(/mallory.*bob.*alice.*5.*bob/s);
  expect(breakers).toMatch(/task.*dry run.*50 % and 7 copies.*T2_IT_Pisa \(destination\).*yes/s);
  expect(JSON.parse(await said('site', 'list', '--json'))).toMatchObject({
    servers: [{ site: 'T2_CH_CERN', server: world.fts.url }],
    breakers: { task: { on: true, dryRun: true, share: 0.5, minimum: 7 } },
  });
  await said('breaker', 'reset', ...trip);
  // Nine processes.
}, 60_000);

test('everything is paused only by somebody who says so, and resumed', async () => {
  const unsure = await aso('pause', '--all', ...WHY);
  expect([unsure.code, unsure.err]).toEqual([2, 'error: Nothing more is sent or published, of anybody. Nothing was changed: --yes does it\n']); // prettier-ignore
  await said('pause', '--all', '--yes', ...WHY);
  expect(await said('site', 'list')).toContain('everything is paused');
  await said('resume', '--all', ...WHY);
  expect(await said('resume', '--all', ...WHY)).toBe('nothing to do: nothing is paused\n');
});

test.each([
  [['site', 'close', SITE], "required option '--reason <text>'"],
  [['site', 'close', SITE, '--until', '2020-01-01T00:00Z', ...WHY], 'closeSite: until: must be in the future'],
  [['site', 'close', SITE, '--cancel-active', ...WHY], '--yes does it'],
  [['pause'], 'a task is wanted, or --all'],
])('refuses %j', async (args, text) => {
  const { code, err } = await aso(...args);
  expect(code).not.toBe(0);
  expect(err).toContain(text);
});

test('what the rules forbid is refused at once, as bad input, before anybody is asked and whether or not Temporal is there', async () => {
  const cases: [string[], RegExp][] = [
    [['site', 'close', 'Pisa'], /^error: site: must be a CMS site name/],
    [['site', 'close', SITE, '--until', 'tomorrow'], /^error: until: must be a span of time/],
    [['user', 'block', 'a b'], /^error: user: must be a CRAB user name/],
    [['pause', '--all', '--until', 'tomorrow'], /^error: until: must be a span of time/],
    [['breaker', 'trip'], /^error: site: must be given, or task/],
    [['breaker', 'trip', '--site', SITE], /^error: end: must be given with a site/],
    [
      ['breaker', 'set', 'site', '--share', '150'],
      /'--share <percent>' argument '150' is invalid. It must be from 1 to 100/,
    ],
    [['breaker', 'set', 'site', '--armed', '--minimum', '0'], /^error: minimum: must be a whole number from 1/],
    // Either name of the option, everywhere; and what it would do, for whoever is asked.
    [
      ['breaker', 'trip', '--site', SITE, '--as', 'source'],
      /holds what is not in FTS yet. Nothing was changed: --yes does it/,
    ],
    [
      ['site', 'close', SITE, '--end', 'source', '--cancel-active'],
      /All that FTS has from T2_IT_Pisa is cancelled there/,
    ],
  ];
  const ends = await Promise.all(cases.map(([args]) => runAso([...args, ...WHY])));
  for (const [at, [args, message]] of cases.entries()) {
    expect(ends[at]?.err).toMatch(message);
    expect([...args, ends[at]?.code]).toEqual([...args, 2]);
  }
  // Ten processes.
}, 60_000);
