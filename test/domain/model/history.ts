import { strict as assert } from 'node:assert';
import type { LedgerEntry, LedgerJob } from '../../../src/domain/ledger/entry.ts';
import type { TransferState } from '../../../src/domain/states.ts';

/** What each generation of each file was before: what is final stays, a failed file aside. */
export class History {
  readonly #before = new Map<string, TransferState>();

  check(job: LedgerJob, entry: LedgerEntry): void {
    const name = `${job.id} ${entry.key} ${entry.check} ${entry.retry} ${entry.startTime}`;
    const before = this.#before.get(name);
    const { transfer } = entry;
    this.#before.set(name, transfer);
    if (before === undefined || before === transfer) return;
    assert(!['DONE', 'KILLED', 'REJECTED'].includes(before), `${name} was ${before} and is ${transfer}`);
    if (before === 'FAILED') assert(transfer === 'RETRY' || transfer === 'SUBMITTED', `${name} was FAILED and is ${transfer}`);
    if (before === 'KILL') assert(['KILLED', 'DONE', 'FAILED', 'REJECTED'].includes(transfer), `${name} was KILL and is ${transfer}`);
  }
}
