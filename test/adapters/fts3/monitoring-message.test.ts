import { describe, expect, it } from 'vitest';
import { eventOf } from '../../../src/adapters/fts3/monitoring-message.ts';

const metadata = {
  issuer: 'ASO',
  task: '261122_060000:jdoe_crab_test',
  batch: 7,
  user: 'jdoe',
  digest: 'f'.repeat(64),
};
const body = (message: object): string => `${JSON.stringify(message)} `;

describe('eventOf', () => {
  it.each([
    ['complete', { t_final_transfer_state: 'Ok', job_metadata: metadata }],
    [
      'complete of a failed attempt',
      { t_final_transfer_state: 'Error', retry: 0, retry_max: 3, job_metadata: metadata },
    ],
    ['state of a file that has ended', { file_state: 'FINISHED', job_metadata: metadata }],
    ['state that nobody knows', { file_state: 'TELEPORTED', job_metadata: metadata }],
    ['metadata as text', { job_metadata: JSON.stringify(metadata) }],
  ])('takes the batch from a message: %s', (_, message) => {
    expect(eventOf(body(message))).toEqual({ task: metadata.task, batch: 7 });
  });

  it.each([
    ['is none', 'ASO'],
    ['is no object', '["ASO"]'],
    ['is cut off', body({ job_metadata: metadata }).slice(0, -3)],
    ['is too long', body({ job_metadata: metadata, reason: 'x'.repeat(70_000) })],
    ['has no metadata', body({ issuer: 'ASO' })],
    ['is of another issuer', body({ job_metadata: { ...metadata, issuer: 'rucio' }, file_metadata: { like: 'ASO' } })],
    ['names no task of CRAB', body({ job_metadata: { ...metadata, task: 'ASO/../b1' } })],
    ['names no batch', body({ job_metadata: { ...metadata, batch: '7' } })],
    ['names an impossible batch', body({ job_metadata: { ...metadata, batch: 1e12 } })],
    ['says that a file is under way', body({ file_state: 'ACTIVE', job_metadata: metadata })],
  ])('passes over a message that %s', (_, text) => {
    expect(eventOf(text)).toBeNull();
  });
});
