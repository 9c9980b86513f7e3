import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRig, type Rig } from '../support/rig.ts';
import { startWorld, type World } from '../support/world.ts';
import { ATTEMPTS, Cell, MatrixReport, type Attempt, type SubmissionFault } from './matrix.ts';

const robot = { dn: '/DC=org/DC=example/OU=Robots/CN=asyncstageout', vo: 'cms' };

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld({ identities: [robot], stalledAfterMs: 1_500 });
  // Long enough for FTS to change between two attempts, whose files are to go together all the same.
  rig = await startRig(world, { policy: { retryDelay: 1, batchWindow: 0.8 } });
});
afterAll(async () => {
  report.print('One FTS job whatever becomes of FTS', EVENTS.length * ATTEMPTS.length);
  await rig.close();
  await world.close();
});

const report = new MatrixReport();

async function restartedDuringThePost(cell: Cell): Promise<void> {
  await cell.work.add(cell.report);
  await cell.struck();
  await world.fts.restart({ downMs: 700 });
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
}

async function restartedDuringTheCopies(cell: Cell): Promise<void> {
  cell.work.fault('', { outcome: { slowMs: 1500 } });
  await cell.work.add(cell.report);
  await cell.copying('ACTIVE');
  await world.fts.restart({ downMs: 700 });
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
}

/** FTS notices by their silence that they are gone, and says FAILED: another attempt. */
async function restartedAndCopiesLost(cell: Cell): Promise<void> {
  cell.work.fault('', { times: 1, outcome: { slowMs: 1500 } });
  await cell.work.add(cell.report);
  await cell.copying('ACTIVE');
  await world.fts.restart({ copies: 'lost' });
  await cell.expectDone();
  await cell.expectJobs(cell.states('FAILED', 'FINISHED'));
}

/** FTS makes job ids of the credential's first VO: what it made under another id is called back, and sent anew. The books name both jobs. */
async function anotherFirstVo(cell: Cell): Promise<void> {
  const { work } = cell;
  // One that had ended by then would be taken for what it is: there.
  work.fault('', { times: 1, outcome: 'hang' });
  const asked = world.fts.server.counts['GET /whoami'] ?? 0;
  await work.add(cell.report);
  if (cell.attempt === 'retry') await cell.copying();
  else await vi.waitFor(() => expect(world.fts.server.counts['GET /whoami']).toBeGreaterThan(asked), { interval: 5 });
  robot.vo = `vo${cell.work.name.length}${world.fts.jobs().length}`;
  await cell.expectDone();
  await cell.expectJobs(cell.states('CANCELED', 'FINISHED'));
  expect(work.ftsJobs().at(-1)?.vo).toBe(robot.vo);

  // Later batches are for the new VO at once.
  world.fts.transferFaults.clear();
  await work.add(await work.job({ jobId: '2', publish: false }));
  expect(await work.finish()).toMatchObject({ files: 3, transfer: { DONE: 3 } });
  expect(work.ftsJobs().map(({ state }) => state)).toEqual(cell.states('CANCELED', 'FINISHED', 'FINISHED'));
}

const EVENTS: [event: string, request: SubmissionFault | undefined, run: (cell: Cell) => Promise<void>][] = [
  ['FTS restarted during the POST, before commit', { delayMs: 60_000 }, restartedDuringThePost],
  ['FTS restarted during the POST, after commit', { stallMs: 60_000 }, restartedDuringThePost],
  ['FTS restarted during the copies', undefined, restartedDuringTheCopies],
  ['FTS restarted, its copies lost', undefined, restartedAndCopiesLost],
  ["the credential's first VO changed", undefined, anotherFirstVo],
  ["the credential's first VO changed, answer lost", { action: 'drop-after' }, anotherFirstVo],
];

const cells = EVENTS.flatMap(([event, request, run]) =>
  ATTEMPTS.map((attempt): [string, Attempt, SubmissionFault | undefined, typeof run] => [event, attempt, request, run]),
);

describe('one FTS job, the right files, nothing adopted that is not ours', () => {
  test.each(cells)('%s, %s', async (event, attempt, request, run) => {
    const cell = await Cell.prepare({ world, rig }, event, attempt, request);
    await run(cell);
    report.add(cell, await cell.work.transfer());
  });
});
