import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobOutputId, publishDatasetId, stageOutId, transferBatchId } from '../../src/contract/ids.ts';
import { crabFileId, sha256Hex, shortHash, uuid5 } from '../../src/domain/digest.ts';
import { nextLook } from '../../src/domain/follow-grid.ts';
import { ownerOfTask } from '../../src/domain/lfn-areas.ts';

describe('digests', () => {
  it('make the job id that FTS3 makes', () => {
    const vo = uuid5('01874efb-4735-4595-bc9c-591aef8240c9', 'testvo');
    expect(vo).toBe('477b9065-8416-5b27-be32-ff1573788e71');
    expect(uuid5(vo, 'sid-1795328862')).toBe('4d46c7b2-a9be-5386-b61d-6d06c9b36946');
  });

  it('know the vectors of RFC 4122 and of Python', () => {
    expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
    expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  it('make the file id that CRAB makes', () => {
    expect(crabFileId('')).toBe('d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f');
    expect(crabFileId('abc')).toBe('23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7');
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(shortHash('abc')).toBe('ba7816bf');
  });
});

describe('workflow ids', () => {
  const longest = `261122_100000:${'u'.repeat(20)}_crab_${'n'.repeat(232 - 40)}`;

  it('stay within 255 characters for the longest task name', () => {
    expect(longest).toHaveLength(232);
    expect(ownerOfTask(longest)).toBe('u'.repeat(20));
    const ids = [
      stageOutId(longest),
      transferBatchId(longest, 100_000),
      publishDatasetId(longest, `/${'p'.repeat(99)}/${'q'.repeat(199)}/USER`),
      jobOutputId(longest, '99999', 999),
      jobOutputId(longest, '0-99999', 99),
      jobOutputId(longest, '12345678901234567890', 10_000),
    ];
    expect(Math.max(...ids.map(({ length }) => length))).toBeLessThanOrEqual(255);
  });
});

describe('the follow grid', () => {
  const times = fc.record({
    followFirst: fc.integer({ min: 1, max: 60 }),
    followMax: fc.integer({ min: 60, max: 600 }),
    followGrid: fc.integer({ min: 1, max: 60 }),
  });
  const nows = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });

  it('is hit by every look, close to the time that was meant, and never at once', () => {
    fc.assert(
      fc.property(nows, fc.integer({ min: 1, max: 60 }), times, (now, attempt, policy) => {
        const wait = nextLook(now, attempt, policy);
        const meant = Math.min(policy.followFirst * 1.5 ** (attempt - 1), policy.followMax) * 1000;
        const grid = policy.followGrid * 1000;
        expect((now + wait) % grid).toBe(0);
        expect(wait).toBeGreaterThan(0);
        expect(Math.abs(wait - meant)).toBeLessThanOrEqual(grid);
      }),
      { seed: 1 },
    );
  });

  it('is shared by jobs that began at different times', () => {
    const policy = { followFirst: 15, followMax: 300, followGrid: 5 };
    const at = (now: number): number => now + nextLook(now, 1, policy);
    expect(at(1_800_000_000_100)).toBe(at(1_800_000_002_000));
  });
});
