import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../src/domain/failure-classes.ts';
import { ByteReader, ByteWriter } from '../../src/domain/ledger/bytes.ts';
import { decodeLedger, encodeLedger } from '../../src/domain/ledger/codec.ts';
import { destinationKey, type LedgerEntry } from '../../src/domain/ledger/entry.ts';
import { Ledger } from '../../src/domain/ledger/ledger.ts';
import { isFinalPublication, isFinalTransfer, PUBLICATION_STATES, TRANSFER_STATES } from '../../src/domain/states.ts';
import { Dice } from './model/dice.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const number = fc.oneof(fc.nat(300), fc.nat(MAX), fc.constant(MAX));
const entry = fc.record<LedgerEntry>({
  key: fc.nat(40).map((n) => destinationKey('T2_A', String(n))),
  check: fc.nat(2 ** 32 - 1),
  retry: fc.nat(10_000),
  startTime: number,
  type: fc.constantFrom('output', 'log'),
  batch: fc.nat(5000),
  transfer: fc.constantFrom(...TRANSFER_STATES),
  publication: fc.constantFrom(...PUBLICATION_STATES),
  failure: fc.constantFrom(null, ...FAILURE_CLASSES),
  rule: fc.constantFrom(null, 'size', 'already-published', 'destination-taken'),
  link: fc.integer({ min: -1, max: 20 }),
  dataset: fc.integer({ min: -1, max: 5 }),
  awaits: fc.nat(5000),
  incomplete: fc.boolean(),
  waits: fc.boolean(),
  untold: fc.boolean(),
});
const jobs = fc.array(
  fc.record({ retry: fc.integer({ min: -1, max: 99 }), expected: number, entries: fc.array(entry, { maxLength: 4 }) }),
  { maxLength: 8 },
);

function ledgerOf(list: { retry: number; expected: number; entries: LedgerEntry[] }[]): Ledger {
  const ledger = new Ledger();
  ledger.links.push({ source: 'T2_A', destination: 'T2_B', lastChangeAt: 1_795_428_900_123 });
  ledger.datasets.push('/a/é/USER');
  ledger.noteReason('unknown', 'for no reason');
  for (const [n, { retry, expected, entries }] of list.entries()) {
    const job = ledger.job(`0-${n}`);
    Object.assign(job, { retry, expected });
    for (const e of entries) ledger.insert(job, structuredClone(e));
  }
  return ledger;
}

describe('the bytes of a ledger', () => {
  it('hold any number', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-MAX, MAX, -64, -63, 63, 64))), (values) => {
        const out = new ByteWriter();
        for (const value of values) out.signed(value);
        const input = new ByteReader(out.finish());
        expect(values.map(() => input.signed())).toEqual(values.map((value) => value + 0));
      }),
      { seed: 1 },
    );
  });

  it('give back the same ledger', () => {
    fc.assert(
      fc.property(jobs, (list) => {
        const before = ledgerOf(list);
        const bytes = encodeLedger(before);
        const after = decodeLedger(bytes);
        expect([...after.jobs.values()]).toEqual([...before.jobs.values()]);
        const plain = ({ links, datasets, reasons, openTransfers, openPublications }: Ledger): unknown => ({
          ...{ links, datasets, reasons, openTransfers, openPublications },
        });
        expect(plain(after)).toEqual(plain(before));
        expect(after.byKey).toEqual(before.byKey);
        expect(after.byBatch).toEqual(before.byBatch);
        expect(encodeLedger(after)).toEqual(bytes);
      }),
      { seed: 1 },
    );
  });

  it('count what is open', () => {
    fc.assert(
      fc.property(jobs, (list) => {
        const ledger = ledgerOf(list);
        const all = [...ledger.entries()];
        for (const e of all.filter((_, n) => n % 3 === 0)) ledger.remove(e);
        for (const e of all.filter((_, n) => n % 3 === 1)) ledger.setTransfer(e, 'DONE');
        for (const e of all.filter((_, n) => n % 3 === 2)) ledger.setPublication(e, 'NEW');
        const rest = [...ledger.entries()];
        expect(ledger.openTransfers).toBe(rest.filter(({ transfer }) => !isFinalTransfer(transfer)).length);
        expect(ledger.openPublications).toBe(rest.filter(({ publication }) => !isFinalPublication(publication)).length);
        expect(ledger.untold).toBe(rest.filter(({ untold }) => untold).length);
        for (const [batch, owned] of ledger.byBatch) expect(owned).toEqual(rest.filter((e) => e.batch === batch));
      }),
      { seed: 1 },
    );
  });

  it('are refused when they are cut short or of another version', () => {
    const bytes = encodeLedger(ledgerOf([]));
    expect(() => decodeLedger(bytes.slice(0, -1))).toThrow(RangeError);
    expect(() => decodeLedger(Uint8Array.from([99, ...bytes.slice(1)]))).toThrow(/version 99/);
  });
});

describe('a ledger of 100,000 files', () => {
  const dice = new Dice(7);
  /** As random as those of real files. */
  const hex = (): string =>
    Math.floor(dice.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const mixes: Record<string, Partial<LedgerEntry>[]> = {
    'all NEW': [{}],
    'all DONE and published': [{ transfer: 'DONE', publication: 'DONE' }],
    'half FAILED, for any reason': [
      { transfer: 'DONE', publication: 'FAILED', incomplete: true },
      ...FAILURE_CLASSES.map((failure) => ({ transfer: 'FAILED', failure }) as const),
    ],
    'any states': TRANSFER_STATES.flatMap((transfer) =>
      PUBLICATION_STATES.map((publication) => ({ transfer, publication, waits: true })),
    ),
  };

  it.each(Object.entries(mixes))('fits into 1.5 MiB: %s', (_, mix) => {
    const ledger = new Ledger();
    const panes = new Map<string, { batch: number; files: number }>();
    let batches = 0;
    let startTime = 1_795_000_000;
    for (let n = 0; n < 50_000; n++) {
      // Jobs end in any order, at 20 sites, some after a retry; their files fill the batches of their links.
      const job = ledger.job(String(n + 1));
      startTime += dice.int(100) - 40;
      const retry = dice.int(3);
      const link = dice.int(20);
      for (const type of ['output', 'log'] as const) {
        let pane = panes.get(link + type);
        if (!pane || pane.files === 100) panes.set(link + type, (pane = { batch: ++batches, files: 0 }));
        pane.files += 1;
        ledger.insert(job, {
          ...{ key: hex() + hex(), check: parseInt(hex(), 16), retry, startTime, type, link },
          ...{ batch: pane.batch, dataset: type === 'log' ? -1 : 0, failure: null, rule: null, awaits: 0 },
          ...{ transfer: 'NEW', publication: 'NEW', incomplete: false, waits: false, untold: false },
          ...dice.pick(mix),
        });
      }
    }
    const bytes = encodeLedger(ledger);
    expect(gzipSync(bytes).length).toBeLessThan(1.5 * 2 ** 20);
    expect(decodeLedger(bytes).openTransfers).toBe(ledger.openTransfers);
  });
});
