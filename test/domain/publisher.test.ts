import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PublisherState,
  type PublisherAnswer,
  type QueuedFile,
  type SavedPublisher,
} from '../../src/domain/publication/publisher-state.ts';
import type { PublishableFile } from '../../src/domain/orders.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';

const NOW = 1_800_000_000_000;
const POLICY: Policy = { ...DEFAULT_POLICY, maxFilesPerBlock: 8, maxLumisPerBlock: 100, maxBytesPerBlock: 1000 };

const fileOf = (n: number, site = 'T2_A'): PublishableFile => ({
  ...{ key: `k${n}`, batch: n % 3, lfn: `/f${n}`, size: 1, adler32: null, site },
});

interface Fate {
  site: string;
  lumis: number;
  bytes: number;
  /** Looks for its metadata in vain. */
  missing: number;
  /** DBS refuses every block with it. */
  bad: boolean;
}

const fates = fc.array(
  fc.record({
    site: fc.constantFrom('T2_A', 'T2_B'),
    lumis: fc.integer({ min: 0, max: 150 }),
    bytes: fc.integer({ min: 0, max: 1500 }),
    missing: fc.constantFrom(0, 0, 0, 1, 4),
    bad: fc.boolean(),
  }),
  { maxLength: 40 },
);

/** publishDataset's loop, with DBS and CRAB as the fates say. Answers every outcome, and the blocks that DBS took. */
function publishAll(
  list: Fate[],
  expect_: number | null,
): { answers: PublisherAnswer[]; blocks: string[][]; tries: number } {
  let state = new PublisherState(POLICY);
  const fateOf = new Map(list.map((fate, n) => [`k${n}`, { ...fate }]));
  state.add(
    list.map(({ site }, n) => fileOf(n, site)),
    NOW,
  );
  state.expect = expect_;
  const answers: PublisherAnswer[] = [];
  const blocks: string[][] = [];
  let tries = 0;
  for (let now = NOW; state.queue.length > 0; tries++) {
    expect(tries).toBeLessThan(2000);
    state = new PublisherState(POLICY, ...(JSON.parse(JSON.stringify(state.snapshot())) as SavedPublisher));
    now = Math.max(now, state.nextDue(now) ?? NaN);
    const candidates = state.candidates(now);
    expect(candidates.length).toBeGreaterThan(0);
    for (const file of candidates) {
      const fate = fateOf.get(file.key);
      if (fate && !file.measure) file.measure = fate.missing-- > 0 ? null : fate;
    }
    answers.push(
      ...state.missing(
        candidates.filter(({ measure }) => !measure),
        now,
      ),
    );
    const block = state.cut(candidates);
    if (block.length === 0) continue;
    expect(block.length).toBeLessThanOrEqual(POLICY.maxFilesPerBlock);
    expect(new Set(block.map(({ site }) => site)).size).toBe(1);
    if (block.length > 1) {
      expect(block.reduce((sum, { measure }) => sum + (measure?.lumis ?? 0), 0)).toBeLessThanOrEqual(100);
      expect(block.reduce((sum, { measure }) => sum + (measure?.bytes ?? 0), 0)).toBeLessThanOrEqual(1000);
    }
    const refused = block.some(({ key }) => fateOf.get(key)?.bad);
    const settled = refused && block.length > 1 ? [] : block;
    if (!refused) blocks.push(block.map(({ key }) => key));
    state.tried(block.length, settled.length);
    answers.push(
      ...state.settle(settled.map(({ key }) => ({ key, state: refused ? 'FAILED' : 'DONE', reason: null }))),
    );
  }
  return { answers, blocks, tries };
}

describe('a publisher', () => {
  it('settles every file once, none in two blocks, within the limits', () => {
    fc.assert(
      fc.property(fates, fc.boolean(), (list, flushed) => {
        const { answers, blocks } = publishAll(list, flushed ? list.length : null);
        const told = answers.flatMap(({ keys, state }) => keys.map((key) => `${key} ${state}`)).sort();
        expect(told).toEqual(list.map(({ bad }, n) => `k${n} ${bad ? 'FAILED' : 'DONE'}`).sort());
        const published = blocks.flat();
        expect(new Set(published).size).toBe(published.length);
      }),
      { seed: 1 },
    );
  });

  it('finds one bad file among many in few blocks', () => {
    const list = Array.from({ length: 8 }, (_, n): Fate => ({
      site: 'T2_A',
      lumis: 1,
      bytes: 1,
      missing: 0,
      bad: n === 5,
    }));
    const { blocks, tries } = publishAll(list, 8);
    expect(blocks.flat()).toHaveLength(7);
    expect(tries).toBeLessThanOrEqual(8);
  });

  it('waits for a block to fill, the less when no more come', () => {
    const state = new PublisherState(POLICY);
    expect(state.nextDue(NOW)).toBeNull();
    state.add([fileOf(1)], NOW);
    expect(state.nextDue(NOW)).toBe(NOW + POLICY.blockTimeout * 1000);
    state.expect = 2;
    expect(state.nextDue(NOW)).toBe(NOW + POLICY.batchWindow * 1000);
    state.add([fileOf(2)], NOW);
    expect(state.nextDue(NOW)).toBe(NOW);
  });

  it('has a block leave at its limit of lumis or bytes, long before it is full of files', () => {
    const measured = (lumis: number, bytes: number): PublisherState => {
      const state = new PublisherState(POLICY);
      state.add([fileOf(1), fileOf(2), fileOf(3)], NOW);
      for (const file of state.queue) file.measure = { lumis, bytes };
      return state;
    };
    expect(measured(10, 10).nextDue(NOW)).toBe(NOW + POLICY.blockTimeout * 1000);
    expect(measured(40, 10).nextDue(NOW)).toBe(NOW);
    expect(measured(10, 400).nextDue(NOW)).toBe(NOW);
    const lumis = measured(40, 10);
    expect(lumis.cut(lumis.candidates(NOW))).toHaveLength(2);
  });

  it('measures files in twenties, so that it knows their lumis', () => {
    const state = new PublisherState(DEFAULT_POLICY);
    const files = Array.from({ length: 20 }, (_, n) => fileOf(n));
    state.add(files.slice(1), NOW);
    expect(state.toMeasure(NOW)).toEqual([]);
    state.add(files, NOW);
    expect(state.toMeasure(NOW)).toHaveLength(20);
  });

  it('lets what waits leave at once on request, also what is on its way here, and nothing that comes later', () => {
    const state = new PublisherState(POLICY);
    state.add([fileOf(1), fileOf(2, 'T2_B')], NOW);
    state.hurry(3);
    expect(state.nextDue(NOW)).toBe(NOW);
    for (const key of ['k1', 'k2']) state.settle([{ key, state: 'DONE', reason: null }]);
    state.add([fileOf(3), fileOf(4)], NOW);
    expect(state.nextDue(NOW)).toBe(NOW);
    state.settle([{ key: 'k3', state: 'DONE', reason: null }]);
    expect(state.nextDue(NOW)).toBe(NOW + POLICY.blockTimeout * 1000);
  });

  it('fills blocks again after a bad file was found', () => {
    const state = new PublisherState(POLICY);
    state.add([fileOf(1), fileOf(2)], NOW);
    state.tried(2, 0);
    expect(state.candidates(NOW)).toHaveLength(1);
    expect(state.nextDue(NOW)).toBe(NOW);
    state.settle(['k1', 'k2'].map((key) => ({ key, state: 'DONE', reason: null })));
    state.add([fileOf(3)], NOW);
    expect(state.nextDue(NOW)).toBe(NOW + POLICY.blockTimeout * 1000);
  });

  it('goes on as it was from what it saved, a hundred thousand files in payloads of half a MiB', () => {
    const state = new PublisherState(DEFAULT_POLICY);
    const digits = (n: number, count: number): string =>
      createHash('sha256').update(String(n)).digest('hex').slice(0, count);
    const files = Array.from({ length: 100_000 }, (_, n): PublishableFile => ({
      ...{ key: digits(n, 16), batch: 1 + Math.floor(n / 100), site: n % 7 ? 'T2_A' : 'T2_B' },
      lfn: `/store/user/alice/GenericTTbar/some-analysis-tag/261122_100000/t${Math.floor(n / 1000)}/out_${n}.root`,
      ...{ size: Number(`0x${digits(-n, 8)}`), adler32: n % 10 ? digits(n + 0.5, 8) : null },
    }));
    for (const [n, file] of files.entries()) state.add([file], NOW + n * 1000 + (n % 997));
    for (const file of state.queue.slice(0, 500)) file.measure = { lumis: file.batch, bytes: file.size };
    state.missing(state.queue.slice(100, 200), NOW);
    state.expect = 200_000;
    state.settle([{ key: files[3]?.key ?? '', state: 'DONE', reason: null }]);
    const saved = state.snapshot();
    const payloads = saved.map((payload) => gzipSync(JSON.stringify(payload), { level: 1 }).length);
    expect(Math.max(...payloads)).toBeLessThan(0.75 * 1024 * 1024);
    // All of it goes in one message to Temporal, of 4 MiB at the most.
    expect(payloads.reduce((sum, bytes) => sum + bytes)).toBeLessThan(3 * 1024 * 1024);

    const again = new PublisherState(DEFAULT_POLICY, ...(JSON.parse(JSON.stringify(saved)) as SavedPublisher));
    // The others as text: a comparison of 100,000 objects takes its time.
    expect(again.queue.slice(0, 1000)).toEqual(state.queue.slice(0, 1000));
    expect(JSON.stringify(again.snapshot()) === JSON.stringify(saved)).toBe(true);
    again.add(files.slice(0, 5), NOW);
    expect(again.queue).toHaveLength(100_000);
  });

  it('queues no file twice', () => {
    const state = new PublisherState(POLICY);
    state.add([fileOf(1), fileOf(1)], NOW);
    state.add([fileOf(1)], NOW);
    expect(state.queue).toHaveLength(1);
  });

  it('sets a file aside whose metadata never come', () => {
    const state = new PublisherState(POLICY);
    state.add([fileOf(1)], NOW);
    expect(state.missing(state.queue, NOW)).toEqual([]);
    expect(state.nextDue(NOW)).toBe(NOW + 30_000);
    expect(state.missing([...state.queue], NOW + POLICY.metadataTimeout * 1000)).toEqual([
      { batch: 1, keys: ['k1'], state: 'FAILED', reason: 'metadata-missing' },
    ]);
    expect(state.queue).toEqual([]);
  });

  it('reset, gives back what is asked back only when DBS has answered for it, also after it has continued as new', () => {
    let state = new PublisherState(POLICY);
    state.add([fileOf(1), fileOf(2), fileOf(3)], NOW);
    state.isDoubted = true;
    expect(state.withdraw(['k1', 'k2', 'elsewhere'])).toEqual([]);
    state = new PublisherState(POLICY, ...(JSON.parse(JSON.stringify(state.snapshot())) as SavedPublisher));
    expect(state.nextDue(NOW)).toBe(NOW);
    const givenBack = (batch: number, key: string): PublisherAnswer[] => [
      { batch, keys: [key], state: 'FAILED', reason: 'superseded' },
    ];
    // CRAB does not know the one, so that DBS cannot have it; a rule holds the other, which DBS may have.
    const [first, second] = state.queue;
    expect(state.missing(first ? [first] : [], NOW)).toEqual(givenBack(1, 'k1'));
    const block = second ? [second] : [];
    state.send(block);
    expect(state.landed(block, true)).toEqual([]);
    state.send(block);
    expect(state.landed(block)).toEqual(givenBack(2, 'k2'));
    // What is left is doubted until it has gone; what comes then is not.
    expect(state.withdraw(['k3'])).toEqual([]);
    state.settle([{ key: 'k3', state: 'DONE', reason: null }]);
    state.add([fileOf(4)], NOW);
    expect(state.withdraw(['k4'])).toEqual(givenBack(1, 'k4'));
  });

  it('sends several blocks at a time once the first is in DBS, none with a file of another, and one while a refused file is looked for', () => {
    const state = new PublisherState({ ...POLICY, maxFilesPerBlock: 2 });
    state.add(
      Array.from({ length: 20 }, (_, n) => fileOf(n, 'T2_A')),
      NOW,
    );
    for (const file of state.queue) file.measure = { lumis: 1, bytes: 1 };
    const sendAll = (): QueuedFile[][] => {
      const blocks: QueuedFile[][] = [];
      while ((state.nextDue(NOW) ?? Infinity) <= NOW) {
        const block = state.cut(state.candidates(NOW));
        state.send(block);
        blocks.push(block);
      }
      return blocks;
    };
    const landed = (block: QueuedFile[], taken: boolean): void => {
      state.tried(block.length, taken ? block.length : 0);
      if (taken) state.settle(block.map(({ key }) => ({ key, state: 'DONE', reason: null })));
      state.landed(block);
    };
    const [first = [], ...others] = sendAll();
    expect(others).toEqual([]);
    landed(first, true);
    const several = sendAll();
    expect(several.map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(new Set(several.flat()).size).toBe(6);
    const [refused = [], ...rest] = several;
    landed(refused, false);
    for (const block of rest) landed(block, false);
    expect(sendAll().map(({ length }) => length)).toEqual([1]);
  });
});
