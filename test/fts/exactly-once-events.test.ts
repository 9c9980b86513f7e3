import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { startWorld, type World } from '../support/world.ts';
import { ATTEMPTS, Cell, MatrixReport, type Attempt, type SubmissionFault } from './matrix.ts';
import { resetBeforeSubmission, submissionsOf } from './submissions.ts';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld({ checkDuplicates: ['cms'] });
  // Long enough for somebody else to act between two attempts, whose files are to go together all the same.
  rig = await startRig(world, { policy: { retryDelay: 1, batchWindow: 0.8 } });
});
afterAll(async () => {
  report.print('One FTS job whatever happens meanwhile', EVENTS.length * ATTEMPTS.length);
  await rig.close();
  await world.close();
});

const report = new MatrixReport();

/** Submits a job as another tool would. */
async function submitAsSomebodyElse(body: object): Promise<FtsJobRecord> {
  const answer = await fetch(`${world.fts.url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { job_id = '' } = (await answer.json()) as { job_id?: string };
  const job = world.fts.job(job_id);
  if (!job) throw new Error(`the other tool's job was refused: HTTP ${answer.status}`);
  return job;
}

async function cancelDuringThePost(cell: Cell): Promise<void> {
  const { work } = cell;
  work.fault('', { outcome: 'hang' });
  await work.add(cell.report);
  await cell.struck();
  expect(await work.cancel()).toMatchObject({ files: 2 });
  expect(await work.finish()).toMatchObject({ transfer: { KILLED: 2 } });
  await cell.expectJobs(cell.states('CANCELED'));
  expect(work.deletions()).toHaveLength(1);
  expect(await Promise.all(cell.report.files.map((file) => work.arrived(file)))).toEqual([null, null]);
  expect(await Promise.all(cell.report.files.map((file) => work.atSource(file)))).toEqual(cell.bytes);
}

/** FTS refuses a second live copy to a destination: ours has to wait for the other one's end. */
async function anotherCopyUnderWay(cell: Cell): Promise<void> {
  const { work } = cell;
  const end = Promise.withResolvers<void>();
  const name = `other_${work.mark}`;
  world.fts.transferFaults.add({ url: name, outcome: { until: end.promise } });
  await world.storage.writeFile('T2_IT_Pisa', `/store/${name}`, 'bytes of another tool');
  if (cell.attempt === 'retry') {
    await work.add(cell.report);
    await cell.copying();
  }
  const [first] = cell.report.files;
  const other = await submitAsSomebodyElse({
    files: [
      {
        sources: [world.storage.urlOf('T2_IT_Pisa', `/store/${name}`)],
        destinations: [world.storage.urlOf('T2_CH_CERN', first!.destinationLfn)],
      },
    ],
    params: { overwrite: true },
  });
  if (cell.attempt === 'first attempt') await work.add(cell.report);
  await vi.waitFor(() => expect(cell.posts.seen).toBeGreaterThan(cell.before + 1), { timeout: 20_000 });
  expect(work.ftsJobs()).toHaveLength(cell.before);
  end.resolve();
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
  expect(other.state).toBe('FINISHED');
}

/** Under the id that we computed lies a job that we did not make. */
async function foreignJobUnderOurId(cell: Cell): Promise<void> {
  const { work } = cell;
  await work.add(cell.report);
  await cell.struck(3);
  const submission = (await submissionsOf(rig.client, work.name)).at(-1);
  const other = await submitAsSomebodyElse({
    files: [{ sources: ['mock://a.example/x'], destinations: ['mock://b.example/x'] }],
    params: { id_generator: 'deterministic', sid: submission?.request.sid },
  });
  expect(other.jobId).toBe(submission?.request.expectedJobId);
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
  expect(work.ftsJobs()).not.toContain(other);
  expect(other.history.map(({ state }) => state)).not.toContain('CANCELED');
  expect(world.fts.deletions().flatMap(({ jobIds }) => jobIds)).not.toContain(other.jobId);
}

async function workflowReset(cell: Cell): Promise<void> {
  const { work } = cell;
  const end = Promise.withResolvers<void>();
  work.fault('', { outcome: { until: end.promise } });
  await work.add(cell.report);
  await cell.copying('ACTIVE');
  await resetBeforeSubmission(rig, work.name);
  await vi.waitFor(() => expect(cell.posts.seen).toBe(cell.before + 2), { timeout: 20_000 });
  end.resolve();
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
}

async function resetAfterTheEnd(cell: Cell): Promise<void> {
  const { work } = cell;
  await work.add(cell.report);
  await cell.copying('FINISHED');
  await vi.waitFor(async () => expect(await work.transfer()).toEqual({ DONE: 2 }), { timeout: 20_000 });
  await resetBeforeSubmission(rig, work.name);
  await vi.waitFor(() => expect(cell.posts.seen).toBe(cell.before + 2), { timeout: 20_000 });
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
}

async function joinedAgain(cell: Cell): Promise<void> {
  const { work } = cell;
  await work.add(cell.report);
  await cell.expectDone();
  expect(await work.add(cell.report)).toMatchObject({ known: 2, accepted: 0 });
  await cell.expectDone();
  await cell.expectJobs(cell.states('FINISHED'));
  expect(cell.posts.seen).toBe(cell.before + 1);

  const again = await work.job({ outputs: 2, publish: false, retry: 1, salt: 'again' });
  const bytes = await Promise.all(again.files.map((file) => work.atSource(file)));
  const lost = { method: 'POST', path: '^/jobs$', containing: work.name, times: 1, action: 'drop-after' } as const;
  const second = world.fts.server.faults.add(lost);
  expect(await work.add(again)).toMatchObject({ superseding: 2 });
  await cell.expectDone({ bytes });
  expect(second.used).toBe(1);
  await cell.expectJobs(cell.states('FINISHED', 'FINISHED'), 1);
}

const EVENTS: [event: string, request: SubmissionFault | undefined, run: (cell: Cell) => Promise<void>][] = [
  ['cancel during the POST', { stallMs: 1500 }, cancelDuringThePost],
  ['cancel during a POST whose answer is lost', { delayMs: 1000, action: 'drop-after' }, cancelDuringThePost],
  ['409 for a destination that another job writes', undefined, anotherCopyUnderWay],
  ["409 for a sid that is somebody else's", { times: 3, action: 'drop-before' }, foreignJobUnderOurId],
  ['workflow reset while the copies run', undefined, workflowReset],
  ['workflow reset after the end', undefined, resetAfterTheEnd],
  ['task joined again after it ended', { action: 'drop-after' }, joinedAgain],
];

const cells = EVENTS.flatMap(([event, request, run]) =>
  ATTEMPTS.map((attempt): [string, Attempt, SubmissionFault | undefined, typeof run] => [event, attempt, request, run]),
);

describe.concurrent('one FTS job, the right files, nothing adopted that is not ours', () => {
  test.each(cells)('%s, %s', async (event, attempt, request, run) => {
    const cell = await Cell.prepare({ world, rig }, event, attempt, request);
    await run(cell);
    report.add(cell, await cell.work.transfer());
  });
});
