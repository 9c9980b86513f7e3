import { expect, it } from 'vitest';
import { createInstancePlaces } from '../../../src/adapters/dbs/instance-bulkhead.ts';

const BUSY = { type: 'CatalogBusy', retryable: true, retryAfterMs: 5_000 };

it('has only so many places at an instance, and so many for one user; others have places left', async () => {
  const held: ((outcome: string) => void)[] = [];
  const places = createInstancePlaces({ atOnce: 3, ofOneUser: 2 });
  const publish = (user: string, instance = 'phys03'): Promise<string> =>
    places.at(
      { inputDataset: null, dbsUrl: 'http://dbs/reader', publishDbsUrl: `http://dbs/${instance}/DBSWriter` },
      { user, group: '', role: '' },
      () => new Promise((answer) => held.push(answer)),
    );
  const sent = [publish('alice'), publish('alice')];
  await expect(publish('alice')).rejects.toMatchObject(BUSY);
  sent.push(publish('bob'));
  await expect(publish('carol')).rejects.toMatchObject(BUSY);
  sent.push(publish('carol', 'phys01'));
  await expect.poll(() => held.length).toBe(4);
  for (const answer of held) answer('published');
  await Promise.all(sent);
  const again = publish('alice');
  await expect.poll(() => held.length).toBe(5);
  held[4]?.('published');
  expect(await again).toBe('published');
});
