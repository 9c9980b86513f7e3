import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PublishableFile } from '../../src/domain/orders.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { planPublication } from '../../src/domain/publication/publication-plan.ts';
import { PublisherState } from '../../src/domain/publication/publisher-state.ts';

const NOW = 1_800_000_000_000;
const fileOf = (n: number, site = 'T2_A', size = 1): PublishableFile => ({
  ...{ key: `k${n}`, batch: 1, lfn: `/f${n}`, size, adler32: null, site },
});

test('as many blocks are told and counted as leave, one after the other', () => {
  const kind = fc.record({ site: fc.constantFrom('T2_A', 'T2_B', 'T2_C'), size: fc.integer({ min: 0, max: 15 }) });
  const policy = { ...DEFAULT_POLICY, maxFilesPerBlock: 3, maxBytesPerBlock: 20 };
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 150 }), (kinds) => {
      const state = new PublisherState(policy);
      kinds.forEach(({ site, size }, n) => state.add([fileOf(n, site, size)], NOW + n));
      for (const file of state.queue) file.measure = { lumis: 1, bytes: file.size };
      const { blocks, moreBlocks, files } = planPublication(state);
      expect(files).toBe(kinds.length);
      const left: string[][] = [];
      while (state.queue.length > 0) {
        const block = state.cut(state.candidates(NOW)).map(({ key }) => key);
        left.push(block.map((key) => key.replace('k', '/f')));
        state.settle(block.map((key) => ({ key, state: 'DONE', reason: null })));
      }
      expect(blocks.length + moreBlocks).toBe(left.length);
      expect(blocks.map(({ lfns }) => lfns)).toEqual(left.slice(0, 20));
    }),
    { numRuns: 200 },
  );
});

test('the plan of 100,000 files is made within the 5 s that a query may take, many times over', () => {
  const state = new PublisherState(DEFAULT_POLICY);
  state.add(
    Array.from({ length: 100_000 }, (_, n) => fileOf(n)),
    NOW,
  );
  const start = performance.now();
  expect(planPublication(state)).toMatchObject({ moreBlocks: 980 });
  expect(performance.now() - start).toBeLessThan(2_500);
});
