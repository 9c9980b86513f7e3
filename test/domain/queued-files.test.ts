import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { PublisherState } from '../../src/domain/publication/publisher-state.ts';
import { viewQueued } from '../../src/domain/publication/queued-files.ts';

const NOW = 1_800_000_000_000;
const PUBLISHABLE = { batch: 1, lfn: '/store/user/alice/x/1.root', size: 1, adler32: null, site: 'T2_CH_CERN' };

test('a file at its publisher waits for its block, for operators who hold it, for DBS; others are not told of', () => {
  const state = new PublisherState(DEFAULT_POLICY);
  state.add([{ ...PUBLISHABLE, key: 'a' }], NOW);
  const view = () => viewQueued(state, ['a', 'b'], NOW);
  const waitsFor = 'its block to fill (1 of 100 files)';
  expect(view()).toMatchObject([{ key: 'a', publication: { waitsFor, nextTry: NOW + 18_800_000, reason: null } }]);
  state.bar = 'user alice is blocked by bob: quota';
  expect(view()).toMatchObject([
    {
      publication: {
        ...{ state: 'ACQUIRED', reason: 'held: user alice is blocked by bob: quota', nextTry: null },
        waitsFor: 'operators to let it go on',
      },
    },
  ]);
  state.bar = null;
  state.send(state.queue.filter(({ key }) => key === 'a'));
  expect(view()).toMatchObject([{ publication: { waitsFor: 'DBS to take its block' } }]);
});
