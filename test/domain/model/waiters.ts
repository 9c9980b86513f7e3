import { strict as assert } from 'node:assert';
import { destinationKey } from '../../../src/domain/ledger/entry.ts';
import type { JobReport } from '../../../src/domain/file.ts';
import { isFinalTransfer, type TransferState } from '../../../src/domain/states.ts';

/** The jobOutput workflows: each must be told what became of its files, and only when that is final. */
export class Waiters {
  readonly #waiting = new Map<string, Set<string>>();

  waitFor({ jobId, retry, files }: JobReport): void {
    const name = `${jobId}/${retry}`;
    const keys = this.#waiting.get(name) ?? new Set();
    for (const { destination, destinationLfn } of files) keys.add(destinationKey(destination, destinationLfn));
    this.#waiting.set(name, keys);
  }

  tell(jobId: string, retry: number, key: string, transfer: TransferState): void {
    assert(isFinalTransfer(transfer), `job ${jobId}/${retry} is told of ${key}: ${transfer}`);
    this.#waiting.get(`${jobId}/${retry}`)?.delete(key);
  }

  get untold(): string[] {
    return [...this.#waiting].flatMap(([name, keys]) => [...keys].map((key) => `${name} ${key}`));
  }
}
