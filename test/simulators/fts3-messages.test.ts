import { expect, it } from 'vitest';
import type { FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import { aString, fileOf, startFts, type Fts } from './fts3-helpers.ts';

interface Sent {
  topic: string;
  text: string;
  body: Record<string, unknown>;
}

async function telling(options: FtsSimulatorOptions): Promise<{ fts: Fts; sent: Sent[] }> {
  const sent: Sent[] = [];
  const fts = await startFts({
    ...{ instant: true, retrySecondMs: 1 },
    ...options,
    publish(destination, text) {
      const topic = destination.replace('/topic/transfer.fts_monitoring_', '');
      sent.push({ topic, text, body: JSON.parse(text) as Sent['body'] });
    },
  });
  return { fts, sent };
}

const METADATA = { issuer: 'ASO', batch: 3 };

it('tells each state, and the end of a copy before the state that comes of it', async () => {
  const { fts, sent } = await telling({});
  const jobId = await fts.submit([fileOf('a')], { job_metadata: METADATA });
  await fts.until(jobId, 'FINISHED');
  expect(sent.map(({ topic, body }) => [topic, body['file_state'] ?? body['t_final_transfer_state']])).toEqual([
    ['state', 'READY'],
    ['state', 'ACTIVE'],
    ['complete', 'Ok'],
    ['state', 'FINISHED'],
  ]);
  for (const { body, text } of sent) {
    expect(body).toMatchObject({ job_id: jobId, job_metadata: METADATA });
    expect(text).toMatch(/\} $/);
  }
  expect(sent[2]?.body).toMatchObject({ t_final_transfer_state_flag: 1, job_state: 'UNKNOWN', vo: aString });
});

it('tells the end of every attempt, final or not', async () => {
  const outcome = { fail: 'TRANSFER [110] Connection timed out', recoverable: true };
  const { fts, sent } = await telling({ transferFaults: [{ url: '.', outcome, times: 1 }] });
  await fts.until(await fts.submit([fileOf('a')], { retry: 1, retry_delay: 1 }), 'FINISHED');
  expect(sent.filter(({ topic }) => topic === 'complete').map(({ body }) => body)).toMatchObject([
    { t_final_transfer_state: 'Error', retry: 0, retry_max: 1, is_recoverable: true },
    { t_final_transfer_state: 'Ok', retry: 1 },
  ]);
});

it('tells nothing of what expires in the queue or is cancelled there', async () => {
  const { fts, sent } = await telling({ activePerLink: 0, expiryCheckMs: 20 });
  await fts.until(await fts.submit([fileOf('a')], { max_time_in_queue: '1s' }), 'CANCELED');
  const cancelled = await fts.submit([fileOf('b')]);
  await fts.ask('DELETE', `/jobs/${cancelled}`);
  expect(fts.job(cancelled)?.state).toBe('CANCELED');
  expect(sent).toEqual([]);
});
