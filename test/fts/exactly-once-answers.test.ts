import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRig, type Rig } from '../support/rig.ts';
import { startWorld, type World } from '../support/world.ts';
import { ATTEMPTS, Cell, MatrixReport, type Attempt, type SubmissionFault } from './matrix.ts';

/** FTS's patience with us, and ours with it, milliseconds; a stall outlasts it. */
const PATIENCE = 1_000;
const STALL = 2_500;

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { ftsTimeouts: { request: PATIENCE, submit: PATIENCE } });
});
afterAll(async () => {
  report.print('One FTS job whatever the answer to its submission', FAULTS.length * ATTEMPTS.length);
  await rig.close();
  await world.close();
});

const message = (status: string, text: string): { body: string } => ({
  body: JSON.stringify({ status, message: text }),
});
const REPEATED = message('409 Conflict', 'The sid provided by the user is duplicated');
const NO_DELEGATION = message('419 Authentication Timeout', 'No delegation found for "/DC=org/CN=somebody"');
const OOPS = message('500 Internal Server Error', 'The server encountered an internal error');

/** What becomes of the first POST, and how many it then takes. */
const FAULTS: [fault: string, request: SubmissionFault, posts: number][] = [
  ['lost answer', { action: 'drop-after' }, 1],
  ['reset before', { action: 'drop-before' }, 2],
  ['reset after', { action: 'cut-after' }, 1],
  ['500 before commit', { action: 'answer', status: 500, ...OOPS }, 2],
  ['500 after commit', { action: 'answer-after', status: 500, ...OOPS }, 1],
  ['502 of a front end after commit', { action: 'answer-after', status: 502 }, 1],
  ['HTML page with 200, before commit', { action: 'answer', status: 200 }, 2],
  ['HTML page with 200, after commit', { action: 'answer-after', status: 200 }, 1],
  ['stall before commit', { delayMs: STALL }, 2],
  ['stall after commit', { stallMs: STALL }, 1],
  ['409 for a sid that is ours', { action: 'answer-after', status: 409, ...REPEATED }, 1],
  ['419', { action: 'answer', status: 419, ...NO_DELEGATION }, 2],
  ['503', { action: 'answer', status: 503 }, 2],
];
const report = new MatrixReport();

const cells = FAULTS.flatMap(([fault, request, posts]) =>
  ATTEMPTS.map((attempt): [string, Attempt, SubmissionFault, number] => [fault, attempt, request, posts]),
);

describe.concurrent('one FTS job, the right files, once at their destinations', () => {
  test.each(cells)('%s, %s', async (fault, attempt, request, posts) => {
    const cell = await Cell.prepare({ world, rig }, fault, attempt, request);
    await cell.work.add(cell.report);
    await cell.struck();
    await cell.expectDone();
    await cell.expectJobs(cell.states('FINISHED'));
    expect(cell.posts.seen).toBe(cell.before + posts);
    report.add(cell, await cell.work.transfer());
  });
});
