import { expect, test } from 'vitest';
import { idCheck } from '../../src/domain/ledger/entry.ts';
import { takeReport } from '../../src/domain/ledger/intake.ts';
import { TaskState } from '../../src/domain/ledger/task-state.ts';
import { wrongRows, type SaidByCrab } from '../../src/domain/ledger/wrong-rows.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { PublicationState, TransferState } from '../../src/domain/states.ts';
import { recordOf, reportOf, TASK } from './model/reports.ts';

/** The books of a task with one file, which has come to this. */
function booksWith(transfer: TransferState, publication: PublicationState) {
  const state = new TaskState(TASK, DEFAULT_POLICY, 0, 'run');
  const record = recordOf({ job: 1, file: 0, retry: 0, startTime: 100, publish: false });
  takeReport(state, reportOf(1, 0, [record]), 0);
  const [entry] = [...state.ledger.entries()];
  if (!entry) throw new Error('the file was not taken');
  Object.assign(entry, { transfer, publication });
  expect(entry.check).toBe(idCheck(record.id));
  return { ledger: state.ledger, id: record.id };
}

const row = (transfer: string | null, publication: string | null, startTime = 100): SaidByCrab => ({
  ...{ jobId: '1', startTime, transfer, publication },
});

test.each([
  ['DONE', 'DONE', row('SUBMITTED', 'DONE'), { transfer: 'DONE', publication: null }],
  ['DONE', 'DONE', row('DONE', 'FAILED'), { transfer: null, publication: 'DONE' }],
  ['FAILED', 'FAILED', row('RETRY', 'NEW'), { transfer: 'FAILED', publication: 'FAILED' }],
  ['KILLED', 'NOT_REQUIRED', row(null, null), { transfer: 'KILLED', publication: null }],
  ['REJECTED', 'NOT_REQUIRED', row('DONE', 'NOT_REQUIRED'), { transfer: 'FAILED', publication: null }],
] as const)('a file that is %s, %s has its row told so', (transfer, publication, said, wrong) => {
  const { ledger, id } = booksWith(transfer, publication);
  expect(wrongRows(ledger, new Map([[id, said]]))).toMatchObject([{ id, ...wrong }]);
});

test.each([
  ['that say the same', 'DONE', 'DONE', row('DONE', 'DONE')],
  ['of what was not to be published', 'DONE', 'NOT_REQUIRED', row('DONE', 'NEW')],
  ['of what is still under way', 'SUBMITTED', 'NEW', row('KILLED', 'FAILED')],
  ['of a newer run of the job', 'DONE', 'DONE', row('NEW', 'NEW', 200)],
] as const)('rows %s are left alone', (_, transfer, publication, said) => {
  const { ledger, id } = booksWith(transfer, publication);
  expect(wrongRows(ledger, new Map([[id, said]]))).toEqual([]);
});
