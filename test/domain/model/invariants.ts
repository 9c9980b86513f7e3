import { strict as assert } from 'node:assert';
import { destinationKey, idCheck, type LedgerEntry } from '../../../src/domain/ledger/entry.ts';
import { isFinalPublication, isFinalTransfer } from '../../../src/domain/states.ts';
import type { Simulation } from './simulation.ts';

/** What holds after every step. */
export function checkAlways(sim: Simulation): void {
  const { ledger } = sim.task.state;
  const entries = [...ledger.entries()];
  const openTransfers = entries.filter(({ transfer }) => !isFinalTransfer(transfer)).length;
  const openPublications = entries.filter(({ publication }) => !isFinalPublication(publication)).length;
  assert.equal(ledger.openTransfers, openTransfers, 'count of open transfers');
  assert.equal(ledger.openPublications, openPublications, 'count of open publications');
  const isWhole = ({ batch, key }: LedgerEntry): boolean =>
    sim.batches.some(({ input }) => input.batch === batch && input.files.some((f) => f.key === key && f.jobOutputs));
  for (const job of ledger.jobs.values())
    for (const entry of job.entries) sim.history.check(job, entry, isWhole(entry));

  const live = new Map<string, number>();
  for (const entry of entries) {
    if (entry.transfer === 'REJECTED' || entry.transfer === 'KILLED') continue;
    live.set(entry.key, (live.get(entry.key) ?? 0) + 1);
    assert.equal(ledger.byKey.get(entry.key), entry, `${entry.key} is not the live file of its destination`);
  }
  for (const [key, count] of live) assert.equal(count, 1, `${key} is in the books ${count} times`);

  const active = sim.batches.filter(({ usesFts }) => usesFts);
  assert(active.length <= sim.policy.maxActiveFtsJobs, `${active.length} batches use FTS`);
  const owners = new Map<string, number>();
  for (const { ended, state, input } of sim.batches) {
    if (ended) continue;
    assert(input.files.length <= sim.policy.maxFilesPerFtsJob, `a batch of ${input.files.length}`);
    for (const file of state.files.values()) {
      if (file.phase === 'settled') continue;
      assert(!owners.has(file.key), `${file.key} is in batches ${owners.get(file.key)} and ${input.batch}`);
      owners.set(file.key, input.batch);
    }
  }
}

/** What holds when the task has been closed and everything has come to rest. */
export function checkAtEnd(sim: Simulation): void {
  const { task, users, waiters } = sim;
  const { ledger } = task.state;
  const open = [...ledger.entries()].filter((e) => !isFinalTransfer(e.transfer) || !isFinalPublication(e.publication));
  assert.deepEqual(open, [], 'files that never become final');
  assert(task.ended, 'the task does not end');
  const alive = sim.batches
    .filter(({ ended }) => !ended)
    .map(({ input, state }) => [input.batch, [...state.files.values()]]);
  assert.deepEqual(alive, [], 'batches that never end');
  assert.deepEqual(waiters.untold, [], 'jobs that were never told');

  const newest = new Map<string, { retry: number; startTime: number; key: string; check: number; job: string }>();
  for (const { jobId, retry, files } of users.reports)
    for (const { id, destination, destinationLfn, startTime } of files) {
      const known = newest.get(id);
      if (known && (known.retry - retry || known.startTime - startTime) >= 0) continue;
      newest.set(id, {
        retry,
        startTime,
        key: destinationKey(destination, destinationLfn),
        check: idCheck(id),
        job: jobId,
      });
    }
  for (const { retry, startTime, key, check, job } of newest.values()) {
    const found = (ledger.jobs.get(job)?.entries ?? []).filter((e) => e.key === key && e.check === check);
    const exact = found.filter((e) => e.retry === retry && e.startTime === startTime);
    assert.equal(exact.length, 1, `${job} ${key} is in the books ${exact.length} times`);
  }
  checkWorld(sim);
}

/** The books agree with the disks and with DBS. */
function checkWorld({ world, task, users }: Simulation): void {
  const published = new Set<string>();
  for (const { jobId, retry, files } of users.reports)
    for (const { id, destination, destinationLfn, startTime, adler32 } of files) {
      const key = destinationKey(destination, destinationLfn);
      const check = idCheck(id);
      const entry = task.state.ledger.jobs
        .get(jobId)
        ?.entries.find((e) => e.key === key && e.check === check && e.retry === retry && e.startTime === startTime);
      if (entry?.transfer === 'DONE')
        assert.equal(world.destinations.get(key), adler32, `${destinationLfn} is DONE and not at its destination`);
      if (entry?.publication === 'DONE') {
        assert.equal(world.dbs.get(destinationLfn), adler32, `${destinationLfn} is published and not in DBS`);
        published.add(destinationLfn);
      }
      if (entry?.rule === 'already-published') published.add(destinationLfn);
    }
  for (const lfn of world.dbs.keys()) assert(published.has(lfn), `${lfn} is in DBS and not in the books`);
}
