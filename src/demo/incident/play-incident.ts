import { addFiles, closeTask, type StuckGroup } from '../../client/index.ts';
import { stageOutId } from '../../contract/ids.ts';
import { conclude } from '../conclude.ts';
import { expectedFiles } from '../expectations.ts';
import type { Ending } from '../interrupt.ts';
import type { DemoOptions } from '../main.ts';
import { patiently } from '../patiently.ts';
import { askTasks } from '../results.ts';
import { setStage, type Stage } from '../stage.ts';
import { resultTables } from '../tables.ts';
import { until } from '../until.ts';
import { untilLate } from '../until-late.ts';
import { checkAll, type Check } from '../verification.ts';
import { verifyCatalog } from '../verify-catalog.ts';
import { verifyFiles } from '../verify-files.ts';
import { verifyFtsBooks } from '../verify-fts.ts';
import { INCIDENT } from './incident-scene.ts';
import { openMonitor, type MonitorPage } from './monitor-page.ts';
import { Operator } from './operator.ts';
import { troublesOf, type Trouble } from './troubles.ts';

const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 2_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What `aso stuck` and the monitor's page said of a trouble, and when it was over; seconds from the beginning. */
interface Seen {
  trouble: Trouble;
  stuck?: number;
  monitor?: number;
  resolved?: number;
}

/**
 * A bad night: a site, a user, a proxy and DBS at once. The operator finds each cause by `aso stuck` and on the monitor's page, does what
 * the runbook says, and in the end every file must be where it belongs.
 * @returns the exit status
 */
export async function playIncident(options: DemoOptions, ending: Ending): Promise<number> {
  const stage = await setStage(INCIDENT, { ...options, tls: true }, ending, say);
  const { world, client, environment } = stage;
  if (!world.pki) throw new Error('the incident is played over TLS');
  const { signal } = ending;
  const monitor = await openMonitor(stage);
  ending.cleanUp(() => monitor.close());
  say(`monitor: ${monitor.url}; Temporal UI: ${stage.server.uiUrl}\n`);
  const operator = new Operator(environment, say, signal);
  await operator.aso('breaker', 'set', 'site', '--armed', '--minimum', '8', '--users', '2', '--hold', '600', '--yes', '--reason', 'the dry run was right'); // prettier-ignore

  const begin = performance.now();
  const passed = (): number => (performance.now() - begin) / 1000;
  const seen = troublesOf(world, world.pki).map((trouble): Seen => ({ trouble }));
  for (const { trouble } of seen) {
    await trouble.begin();
    say(`✗ ${trouble.story}`);
  }
  const work = async (): Promise<Check[]> => {
    for (const { name } of stage.tasks)
      await patiently(signal, () => addFiles(client, name, stage.made.reports.get(name) ?? []));
    await find(seen, operator, monitor, passed, signal);
    for (const one of seen) await resolve(one, operator, passed, signal);
    await endTasks(stage, signal);
    return [...(await seenChecks(seen)), ...(await verify(stage, options))];
  };
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const checks = await Promise.race([work(), stage.worker.failed, untilLate(stage, patience)]);

  const about = 'what was seen and done, and the disks, FTS and DBS';
  return conclude(stage, { checks, about, took: `${passed().toFixed(0)} s`, keep: options.keep }, ending, say);
}

/** Looks until every cause has been named, by both. */
async function find(
  seen: Seen[],
  operator: Operator,
  monitor: MonitorPage,
  passed: () => number,
  signal: AbortSignal,
): Promise<void> {
  await until(
    async () => {
      const [groups, page] = [await askStuck(operator), await monitor.stuck()];
      for (const one of seen) {
        if (one.stuck === undefined && isNamed(one.trouble, groups)) one.stuck = passed();
        if (one.monitor === undefined && isNamed(one.trouble, page)) one.monitor = passed();
      }
      return seen.every(({ stuck, monitor: shown }) => stuck !== undefined && shown !== undefined);
    },
    signal,
    LOOK_MS,
  );
  say(`\nAfter ${passed().toFixed(0)} s every cause has been named. What the operator sees:`);
  await operator.aso('stuck', '--grace', '1');
}

/** Does what the runbook says, and waits until the cause is gone. */
async function resolve(one: Seen, operator: Operator, passed: () => number, signal: AbortSignal): Promise<void> {
  const { trouble } = one;
  say(`\n${trouble.story}:`);
  await trouble.resolve(operator);
  await until(async () => !isNamed(trouble, await askStuck(operator)), signal, LOOK_MS);
  one.resolved = passed();
  say(`✓ after ${one.resolved.toFixed(0)} s it holds up nothing any more`);
}

const askStuck = async (operator: Operator): Promise<StuckGroup[]> =>
  JSON.parse(await operator.ask('stuck', '--grace', '1', '--json')) as StuckGroup[];

const isNamed = ({ cause, subject }: Trouble, groups: readonly Pick<StuckGroup, 'cause' | 'subject'>[]): boolean =>
  groups.some((group) => group.cause === cause && subject.test(group.subject));

/** CRAB closes its tasks, which end when all is done. */
async function endTasks({ client, tasks }: Stage, signal: AbortSignal): Promise<void> {
  for (const { name } of tasks) await patiently(signal, () => closeTask(client, name));
  await Promise.all(tasks.map(({ name }) => client.workflow.getHandle(stageOutId(name)).result()));
}

const MOMENTS = [
  ['causes that aso stuck has named', 'stuck'],
  ["causes that the monitor's page has named", 'monitor'],
  ['causes that what the runbook says has resolved', 'resolved'],
] as const;

const seenChecks = (seen: readonly Seen[]): Promise<Check[]> =>
  Promise.all(
    MOMENTS.map(([claim, moment]) =>
      checkAll(claim, seen, (one) => (one[moment] === undefined ? one.trouble.story : null)),
    ),
  );

async function verify({ client, world, tasks, made }: Stage, options: DemoOptions): Promise<Check[]> {
  const expected = expectedFiles(tasks);
  const results = await askTasks(client, tasks);
  say(`\n${resultTables(results, world, options.files)}`);
  return [
    ...(await verifyFiles(world, made, expected, results)),
    ...(await verifyCatalog(world, made, expected, results, { outcomes: [] })),
    ...(await verifyFtsBooks(world)),
  ];
}
