import { expect, it } from 'vitest';
import { boundPerInstance } from '../../../src/adapters/dbs/instance-bulkhead.ts';
import type { BlockToPublish, CatalogPort, PublishOutcome } from '../../../src/ports/catalog.ts';

const BLOCK: BlockToPublish = { name: '/A/b-c/USER#1', dataset: '/A/b-c/USER', originSite: 'T2_CH_CERN', files: [] };
const BUSY = { type: 'CatalogBusy', retryable: true, retryAfterMs: 5_000 };

it('sends an instance only so many blocks at a time, and so many of one user; others have places left', async () => {
  const held: ((outcome: PublishOutcome) => void)[] = [];
  const slow: CatalogPort = {
    publishBlock: () => new Promise((answer) => held.push(answer)),
    findFiles: () => Promise.resolve([]),
  };
  const bounded = boundPerInstance(slow, { atOnce: 3, ofOneUser: 2 });
  const publish = (user: string, instance = 'phys03'): Promise<PublishOutcome> =>
    bounded.publishBlock(
      { inputDataset: null, dbsUrl: 'http://dbs/reader', publishDbsUrl: `http://dbs/${instance}/DBSWriter` },
      { user, group: '', role: '' },
      BLOCK,
    );
  const sent = [publish('alice'), publish('alice')];
  await expect(publish('alice')).rejects.toMatchObject(BUSY);
  sent.push(publish('bob'));
  await expect(publish('carol')).rejects.toMatchObject(BUSY);
  sent.push(publish('carol', 'phys01'));
  await expect.poll(() => held.length).toBe(4);
  for (const answer of held) answer({ kind: 'published' });
  await Promise.all(sent);
  const again = publish('alice');
  await expect.poll(() => held.length).toBe(5);
  held[4]?.({ kind: 'published' });
  expect(await again).toEqual({ kind: 'published' });
});
