import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { JobReport } from '../../src/domain/file.ts';
import type { JobRewrite } from '../../src/simulators/fts3/rewrite.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** An FTS that does nothing by itself: every state is put there by the test. */
let world: World;
let rig: Rig;
let proven = 0;
beforeAll(async () => {
  world = await startWorld({ activePerLink: 0 });
  rig = await startRig(world);
});
afterAll(async () => {
  const looks = world.fts.server.counts['GET /jobs'] ?? 0;
  console.log(`Following: ${proven} traps held, in ${looks} looks at ${world.fts.jobs().length} FTS jobs`);
  await rig.close();
  await world.close();
});

const CANCELED = 'Job canceled by the user';

/** Waits for what a concurrent test may wait for. */
const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 20_000, interval: 30 });

/** A task of one batch, followed in FTS. */
class Followed {
  readonly work = new TestTask(world, rig);
  report!: JobReport;

  static async start(outputs = 1): Promise<Followed> {
    const followed = new Followed();
    followed.report = await followed.work.job({ outputs, publish: false });
    await followed.work.add(followed.report);
    await followed.attempts(1);
    return followed;
  }

  async attempts(count: number): Promise<void> {
    await until(() => expect(this.work.ftsJobs()).toHaveLength(count));
  }

  jobId(attempt = 1): string {
    return this.work.ftsJobs()[attempt - 1]!.jobId;
  }

  put(changes: JobRewrite, attempt = 1): void {
    world.fts.rewrite(this.jobId(attempt), changes);
  }

  /** The copy of a file ends well, as FTS and the storage show it. */
  async land(at = 0, attempt = 1, state = 'FINISHED'): Promise<void> {
    const { source, sourceLfn, destination, destinationLfn } = this.report.files[at]!;
    const bytes = await world.storage.readFile(source, sourceLfn);
    if (bytes) await world.storage.writeFile(destination, destinationLfn, bytes);
    this.put({ files: { [at]: { state, startTime: Date.now(), finishTime: Date.now() } } }, attempt);
  }

  async transfer(states: object): Promise<void> {
    await until(async () => expect(await this.work.transfer()).toEqual(states));
  }

  /** FTS is asked about the job some times more, and nothing comes of it. */
  async nothingComesOfIt(states: object): Promise<void> {
    const looks = world.fts.server.counts['GET /jobs'] ?? 0;
    await until(() => expect(world.fts.server.counts['GET /jobs']).toBeGreaterThan(looks + 10));
    expect(await this.work.transfer()).toEqual(states);
  }

  /** The last attempt ends well, and was one of so many. */
  async endsWell(attempts = 1, done = 1): Promise<void> {
    expect(await this.work.finish()).toMatchObject({ transfer: { DONE: done } });
    expect(this.work.ftsJobs()).toHaveLength(attempts);
    for (const file of this.report.files) expect(await this.work.arrived(file)).not.toBeNull();
    proven += 1;
  }
}

describe.concurrent('job and files are not of one mind', () => {
  test('a file that ends in an active job is DONE at once, the others go on', async () => {
    const job = await Followed.start(2);
    job.put({ state: 'ACTIVE', files: { 1: { state: 'ACTIVE', startTime: Date.now() } } });
    await job.land(0);
    await job.transfer({ DONE: 1, SUBMITTED: 1 });
    await job.land(1);
    await job.endsWell(1, 2);
  });

  test('all files have ended, the job stays ACTIVE: nobody waits for it', async () => {
    const job = await Followed.start(2);
    job.put({ state: 'ACTIVE' });
    await job.land(0);
    await job.land(1);
    await job.endsWell(1, 2);
  });

  test('the job has ended, a file is ACTIVE: its copy may run, so that the file is waited for', async () => {
    const job = await Followed.start();
    job.put({ state: 'FAILED', finishTime: Date.now(), files: { 0: { state: 'ACTIVE', startTime: Date.now() } } });
    await job.nothingComesOfIt({ SUBMITTED: 1 });
    const reason = 'Force failure due to file state inconsistency';
    job.put({ files: { 0: { state: 'FAILED', reason, finishTime: Date.now() } } });
    await job.attempts(2);
    await job.land(0, 2);
    await job.endsWell(2);
  });

  test.each(['NOT_USED', 'ON_HOLD', 'ON_HOLD_STAGING', 'TOKEN_PREP'])(
    'the job was cancelled and left a file %s: another attempt, no waiting',
    async (state) => {
      const job = await Followed.start();
      job.put({ state: 'CANCELED', reason: CANCELED, finishTime: Date.now(), files: { 0: { state } } });
      await job.attempts(2);
      await job.land(0, 2);
      await job.endsWell(2);
    },
  );
});

describe.concurrent('states that are not the end', () => {
  test.each(['NOT_USED', 'ON_HOLD', 'ON_HOLD_STAGING', 'TOKEN_PREP', 'SELECTED', 'FORCE_START', 'STARTED', 'OF_2031'])(
    '%s in an active job',
    async (state) => {
      const job = await Followed.start();
      job.put({ files: { 0: { state } } });
      await job.nothingComesOfIt({ SUBMITTED: 1 });
      await job.land();
      await job.endsWell();
    },
  );

  test('ARCHIVING, though it has a finish time', async () => {
    const job = await Followed.start();
    await job.land(0, 1, 'ARCHIVING');
    await job.nothingComesOfIt({ SUBMITTED: 1 });
    job.put({ files: { 0: { state: 'FINISHED' } } });
    await job.endsWell();
  });

  test('CANCELED by somebody else without a finish time: its copy is dying still', async () => {
    const job = await Followed.start();
    const dying = { state: 'CANCELED', reason: CANCELED, startTime: Date.now(), finishTime: null };
    job.put({ state: 'CANCELED', reason: CANCELED, files: { 0: dying } });
    await job.nothingComesOfIt({ SUBMITTED: 1 });
    const ended = Date.now();
    job.put({ files: { 0: { finishTime: ended } } });
    await job.attempts(2);
    expect(job.work.ftsJobs()[1]!.submitTime - ended).toBeGreaterThanOrEqual(500);
    await job.land(0, 2);
    await job.endsWell(2);
  });

  test('a finish time of another clock: neither waited for nor taken for long past', async () => {
    for (const skew of [-3_600_000, 3_600_000]) {
      const job = await Followed.start();
      const seen = Date.now();
      const times = { startTime: seen + skew - 1000, finishTime: seen + skew };
      const row = { state: 'CANCELED', reason: CANCELED, ...times };
      job.put({ state: 'CANCELED', reason: CANCELED, files: { 0: row } });
      await job.attempts(2);
      expect(job.work.ftsJobs()[1]!.submitTime - seen).toBeGreaterThanOrEqual(500);
      await job.land(0, 2);
      await job.endsWell(2);
    }
  });
});

describe.concurrent('a job that is not where it was', () => {
  test('archived with its results: they count', async () => {
    const job = await Followed.start(2);
    await job.land(0);
    const reason = 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer';
    job.put({ files: { 1: { state: 'FAILED', reason, startTime: Date.now(), finishTime: Date.now() } } });
    world.fts.archive(job.jobId());
    await job.attempts(2);
    const [retried] = job.work.ftsJobs()[1]!.files;
    expect(retried?.destination).toContain(job.report.files[1]!.destinationLfn);
    const bytes = await job.work.atSource(job.report.files[1]!);
    const { destination, destinationLfn } = job.report.files[1]!;
    await world.storage.writeFile(destination, destinationLfn, bytes ?? '');
    job.put({ files: { 0: { state: 'FINISHED', startTime: Date.now(), finishTime: Date.now() } } }, 2);
    await job.endsWell(2, 2);
  });

  test('unknown to FTS, the file at its destination: DONE', async () => {
    const job = await Followed.start();
    await job.land(0, 1, 'ACTIVE');
    world.fts.forget(job.jobId());
    expect(await job.work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(job.work.ftsJobs()).toEqual([]);
    proven += 1;
  });

  test('unknown to FTS, nothing at the destination: another attempt', async () => {
    const job = await Followed.start();
    world.fts.forget(job.jobId());
    await job.attempts(1);
    await job.land();
    await job.endsWell();
  });

  test('replaced by one with another digest under its id: none of ours, and never followed or cancelled', async () => {
    const job = await Followed.start();
    const replaced = job.jobId();
    const { destination, metadata } = world.fts.job(replaced)!.files[0]!;
    const other = { destination: destination.replace('/store/', '/store/other/'), metadata, state: 'FINISHED' };
    job.put({ metadata: { issuer: 'ASO', digest: 'of somebody else' }, files: { 0: other } });
    await job.attempts(1);
    expect(job.jobId()).not.toBe(replaced);
    await job.land();
    await job.endsWell();
    expect(world.fts.deletions().flatMap(({ jobIds }) => jobIds)).not.toContain(replaced);
  });

  test('FINISHED for FTS, and the file is not there: another attempt', async () => {
    const job = await Followed.start();
    const { destination, destinationLfn } = job.report.files[0]!;
    await job.land(0, 1, 'ACTIVE');
    await rm(`${world.storage.root}/${destination}${destinationLfn}`);
    job.put({ files: { 0: { state: 'FINISHED', finishTime: Date.now() } } });
    await job.attempts(2);
    await job.land(0, 2);
    await job.endsWell(2);
  });

  test('one of many in a bulk look is unknown (207): the others are followed', async () => {
    const jobs = await Promise.all([Followed.start(), Followed.start(), Followed.start()]);
    world.fts.forget(jobs[1].jobId());
    for (const at of [0, 2]) await jobs[at]!.land();
    await Promise.all([jobs[0].endsWell(), jobs[2].endsWell()]);
    await jobs[1].attempts(1);
    await jobs[1].land();
    await jobs[1].endsWell();
  });
});
