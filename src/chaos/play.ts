import { appendFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, followSignal } from '../client/index.ts';
import type { Ending } from '../demo/interrupt.ts';
import { checkLines, type Check } from '../demo/verification.ts';
import { startTemporal } from '../servers/start-temporal.ts';
import { openProxies, startCast } from './cast.ts';
import { chooseStore } from './choose-store.ts';
import { Crab } from './crab.ts';
import { awaitEnds } from './endings.ts';
import { gatherEvidence } from './evidence.ts';
import { explain } from './explain.ts';
import { checkHappened } from './happened.ts';
import { insist } from './insist.ts';
import { Operators } from './operators.ts';
import type { ChaosOptions } from './options.ts';
import { PARTS } from './parts.ts';
import { makePlaces } from './places.ts';
import { makeChaosPlan } from './plan.ts';
import { setScenery } from './scenery.ts';
import { Sources } from './sources.ts';
import { healAll, strikeAll } from './struck.ts';
import { resultTables } from './tables.ts';
import { checkHistories } from './verdict/histories.ts';
import { judge } from './verdict/index.ts';

/** Of the time of a run so much has strikes; in the rest everything heals. */
const STRIKES_SHARE = 0.65;
/** What has not ended so long after the last strike does not end, milliseconds: longer than the longest pause of an activity's retries. */
const PATIENCE_MS = 180_000;

/** So long may it take to ask what has become of it all, milliseconds: hundreds of histories are fetched and replayed. */
const EVIDENCE_MS = 300_000;

/** What somebody asks for, and how it comes out. */
interface Asking {
  what: string;
  answer: Promise<void>;
}

/** Waits until everybody has been answered, or it is too late; whoever has not been, or was refused what nobody may be, is a finding. */
async function answeredInTime(ended: AbortSignal, askings: readonly Asking[]): Promise<Check> {
  const fates = await Promise.all(
    askings.map(({ what, answer }) =>
      answer.then(
        () => null,
        (error: unknown) => {
          if (ended.aborted) throw error;
          return `${what}: ${explain(error)}`;
        },
      ),
    ),
  );
  const problems = fates.filter((fate) => fate !== null);
  return { claim: 'reports and acts, each answered', count: askings.length, problems };
}

/** A run from its beginning to its exit status. */
export async function play({ seed, minutes, keep, ...options }: ChaosOptions, ending: Ending): Promise<number> {
  const begin = Date.now();
  const { store, why } = chooseStore(options.store);
  const places = await makePlaces(join('.cache', 'chaos', String(seed)));
  const log = join(places.logs, 'events.log');
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
    appendFileSync(log, `${line}\n`);
  };
  const tell = (event: string): void => say(`${((Date.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${event}`);
  const replay = `npm run chaos -- --seed ${seed} --minutes ${minutes} --store ${store}`;

  const parts = PARTS.filter((part) => store === 'postgresql' || part !== 'postgresql');
  const plan = makeChaosPlan(seed, minutes * 60_000 * STRIKES_SHARE, parts);
  const files = plan.tasks.reduce((sum, { jobs }) => sum + jobs.reduce((all, { job }) => all + job.files.length, 0), 0);
  say(
    `seed ${seed}: ${plan.tasks.length} tasks with ${files} files, ${plan.strikes.length} strikes, ${plan.acts.length} acts; all of it in ${places.folder}`,
  );
  say(`Temporal's store is ${store}: ${why}`);
  await writeFile(join(places.folder, 'plan.json'), JSON.stringify(plan, null, 1));
  const temporal = await startTemporal({ store, logs: places.logs });
  ending.cleanUp(() => temporal.close());
  const proxies = await openProxies(temporal, seed, ending);
  const sources = new Sources(places.sites, seed);
  const runs = await setScenery(places, plan, sources, proxies.urlOf('dbs'));
  const cast = await startCast(temporal, places, plan.sites, proxies, ending, tell);
  const connection = await insist(ending.signal, () => connect(cast.environment));
  ending.cleanUp(() => connection.close());
  const { client } = connection;

  const { signal } = ending;
  const late = new AbortController();
  const patience = AbortSignal.any([signal, late.signal]);
  const crab = new Crab(client, proxies.urlOf('crab'), sources, runs, patience);
  const operators = new Operators(client, crab, places.sites, patience, tell);
  const since = Date.now();
  const strikes = strikeAll(cast, plan.strikes, since, signal, tell).then(() => {
    healAll(cast);
    tell('everybody is well again');
    setTimeout(() => late.abort(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS).unref();
  });
  const asked = answeredInTime(signal, [
    ...plan.tasks.map((task) => ({ what: `reports of ${task.task.label}`, answer: crab.playTask(task, since) })),
    ...operators.play(plan.acts, since),
  ]);
  const [answered] = await Promise.all([asked, strikes]);
  const ended = await awaitEnds(client, plan.tasks, PATIENCE_MS, signal);
  tell(ended.problems.length > 0 ? 'not everything has ended' : 'everything has ended');
  for (const problem of ended.problems) say(`          ${problem}`);

  // Who does not answer by then is a finding: there is a verdict in any case.
  const closing = AbortSignal.any([signal, AbortSignal.timeout(EVIDENCE_MS)]);
  const asking = <T>(call: () => Promise<T>): Promise<T> =>
    followSignal(closing, (own) => client.connection.withAbortSignal(own, call));
  // First of all: what does not answer any more is found out by its history.
  const histories = await asking(() => checkHistories(client, places.histories)).catch((error: unknown): Check[] => [
    { claim: 'histories of all runs, each read and replayed', count: 0, problems: [explain(error)] },
  ]);
  const done = {
    acts: operators.done,
    strikes: plan.strikes.map(({ at, lasts, target }) => ({ target, from: since + at, to: since + at + lasts })),
  };
  const evidence = await asking(() => gatherEvidence(client, places, plan.tasks, sources.files, done, closing));
  const awaited = await asking(() => crab.checkAwaited());
  const happened = checkHappened({ minutes, parts, strikes: plan.strikes, acts: operators.done });
  const checks: Check[] = [happened, answered, ended, ...awaited, ...(await judge(evidence)), ...histories];
  await writeFile(join(places.folder, 'evidence.json'), JSON.stringify(evidence, null, 1));
  say(`\n${resultTables({ strikes: plan.strikes, cast, tookMs: Date.now() - since }, evidence)}\n`);
  for (const line of checkLines(checks)) say(line);
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  say(
    `${checks.length - failed} of ${checks.length} checks hold; ${((Date.now() - begin) / 1000).toFixed(0)} s in all`,
  );
  if (failed > 0)
    say(
      `Replay: ${replay}\nWhat happened, what everybody wrote, knew and did: ${places.folder}\nWhat Temporal and PostgreSQL wrote: ${places.logs}`,
    );
  else if (!keep) ending.cleanUp(() => rm(places.folder, { recursive: true, force: true }));
  return failed > 0 ? 1 : 0;
}
