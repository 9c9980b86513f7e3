import { strict as assert } from 'node:assert';
import type { LedgerEntry, LedgerJob } from '../../../src/domain/ledger/entry.ts';
import type { PublicationState, TransferState } from '../../../src/domain/states.ts';

/** What each generation of each file was before: what is final stays, a failed file aside. */
export class History {
  readonly #before = new Map<string, TransferState>();
  readonly #publication = new Map<string, PublicationState>();

  /** @param isWhole its batch has all of its job */
  check(job: LedgerJob, entry: LedgerEntry, isWhole: boolean): void {
    const name = `${job.id} ${entry.key} ${entry.check} ${entry.retry} ${entry.startTime}`;
    this.#checkPublication(name, job, entry, isWhole);
    const before = this.#before.get(name);
    const { transfer } = entry;
    this.#before.set(name, transfer);
    if (before === undefined || before === transfer) return;
    assert(!['DONE', 'KILLED', 'REJECTED'].includes(before), `${name} was ${before} and is ${transfer}`);
    if (before === 'FAILED')
      assert(transfer === 'RETRY' || transfer === 'SUBMITTED', `${name} was FAILED and is ${transfer}`);
    if (before === 'KILL')
      assert(['KILLED', 'DONE', 'FAILED', 'REJECTED'].includes(transfer), `${name} was KILL and is ${transfer}`);
  }

  /** Only files of complete jobs, all of whose outputs are DONE, are let through to publication. */
  #checkPublication(name: string, job: LedgerJob, entry: LedgerEntry, isWhole: boolean): void {
    const before = this.#publication.get(name) ?? 'NEW';
    this.#publication.set(name, entry.publication);
    if (entry.publication === before) return;
    assert.notEqual(before, 'DONE', `${name} was published and is ${entry.publication}`);
    // A person's retry of what DBS had refused.
    if (entry.publication !== 'ACQUIRED' || before === 'FAILED') return;
    // A batch that has all of a job lets it through before it can know of what is reported afterwards.
    const current = job.entries.filter(({ retry, batch }) =>
      isWhole ? retry === entry.retry && batch === entry.batch : retry === job.retry,
    );
    assert(isWhole || current.length >= job.expected, `${name} is let through and its job is incomplete`);
    const missing = current.filter(({ type, transfer }) => type === 'output' && transfer !== 'DONE');
    assert.deepEqual(missing, [], `${name} is let through and outputs of its job have not arrived`);
  }
}
