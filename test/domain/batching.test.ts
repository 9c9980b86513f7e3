import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchTable } from '../../src/domain/ledger/batch-table.ts';
import { Outbox } from '../../src/domain/ledger/outbox.ts';
import { BatchWindow } from '../../src/domain/ledger/window.ts';
import type { BatchFileInput, BatchOrder } from '../../src/domain/orders.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { recordOf } from './model/reports.ts';

const POLICY = { ...DEFAULT_POLICY, maxFilesPerFtsJob: 3, batchWindow: 60 };
const seconds = fc.nat(200);

function fileOf(n: number, job: number, file: number): BatchFileInput {
  const record = recordOf({ job, file, retry: 0, startTime: 1, publish: false });
  return { key: `k${n}`, jobId: '1', retry: 0, record, waiter: false, regenerated: false, notBefore: 0 };
}

describe('the window', () => {
  it('loses no file, doubles none, and makes batches of one link and type', () => {
    const step = fc.oneof(
      fc.record({ add: fc.tuple(fc.nat(3), fc.nat(2)) }),
      fc.record({ wait: seconds }),
      fc.record({ remove: fc.nat(30) }),
      fc.constant({ restore: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let window = new BatchWindow();
        let now = 0;
        const inside = new Set<string>();
        const left: string[] = [];
        const leave = (all: boolean): void => {
          for (const { source, destination, files } of window.takeReady(now, POLICY, { all })) {
            expect(files.length).toBeLessThanOrEqual(3);
            expect(new Set(files.map(({ record }) => record.type)).size).toBe(1);
            for (const { key, record } of files) {
              expect([record.source, record.destination]).toEqual([source, destination]);
              expect(inside.delete(key)).toBe(true);
              left.push(key);
            }
          }
        };
        for (const [n, action] of steps.entries()) {
          if ('add' in action) {
            window.add(fileOf(n, ...action.add), now);
            inside.add(`k${n}`);
          } else if ('wait' in action) {
            now += action.wait * 1000;
            leave(false);
            // Nobody waits longer than the window.
            expect(window.nextDue(POLICY) ?? Infinity).toBeGreaterThan(now);
          } else if ('remove' in action) {
            const key = `k${action.remove}`;
            expect(window.remove(key)?.key).toBe(inside.delete(key) ? key : undefined);
          } else window = BatchWindow.fromJSON(JSON.parse(JSON.stringify(window)) as ReturnType<BatchWindow['toJSON']>);
          expect(window.size).toBe(inside.size);
        }
        leave(true);
        expect(inside.size).toBe(0);
        expect(new Set(left).size).toBe(left.length);
      }),
      { seed: 1 },
    );
  });
});

describe('a quiet link', () => {
  const mayLeave = (): boolean => true;
  const add = (window: BatchWindow, n: number, now: number): void => window.add(fileOf(n, 0, 0), now);
  const leaving = (window: BatchWindow, now: number): string[] =>
    window.takeReady(now, POLICY, { mayLeave }).flatMap(({ files }) => files.map(({ key }) => key));

  it('sends the first at once; what comes within a window of it waits for one', () => {
    const window = new BatchWindow();
    add(window, 1, 0);
    expect(leaving(window, 0)).toEqual(['k1']);
    add(window, 2, 10_000);
    expect(leaving(window, 10_000)).toEqual([]);
    expect(window.nextDue(POLICY)).toBe(70_000);
    add(window, 3, 65_000);
    expect(leaving(window, 70_000)).toEqual(['k2', 'k3']);
    expect(window.nextDue(POLICY)).toBeNull();
    add(window, 4, 131_000);
    expect(leaving(window, 131_000)).toEqual(['k4']);
  });

  it('is one of its own for logs and for other destinations', () => {
    const window = new BatchWindow();
    add(window, 1, 0);
    expect(leaving(window, 0)).toEqual(['k1']);
    window.add(fileOf(2, 0, 2), 1_000);
    window.add(fileOf(3, 1, 0), 1_000);
    expect(leaving(window, 1_000)).toEqual(['k2', 'k3']);
  });

  it('keeps what could not be sent at once, or has siblings to come', () => {
    const window = new BatchWindow();
    add(window, 1, 0);
    expect(window.takeReady(0, POLICY, { mayLeave: () => false })).toEqual([]);
    expect(window.nextDue(POLICY)).toBe(60_000);
    expect(leaving(window, 5_000)).toEqual(['k1']);
  });

  it('keeps several job outputs that came together', () => {
    const window = new BatchWindow();
    add(window, 1, 0);
    window.add({ ...fileOf(2, 0, 0), jobId: '2' }, 0);
    expect(leaving(window, 0)).toEqual([]);
    expect(leaving(window, 60_000)).toEqual(['k1', 'k2']);
  });

  it('is remembered by the next run', () => {
    const window = new BatchWindow();
    add(window, 1, 0);
    leaving(window, 0);
    const next = BatchWindow.fromJSON(JSON.parse(JSON.stringify(window)) as ReturnType<BatchWindow['toJSON']>);
    add(next, 2, 1_000);
    expect(leaving(next, 1_000)).toEqual([]);
  });
});

describe('turns at FTS', () => {
  it('are never more than allowed, and everybody gets one in the end', () => {
    const step = fc.oneof(
      fc.record({ begin: fc.nat(4) }),
      fc.record({ slot: fc.constantFrom('wanted', 'idle', 'wanted'), batch: fc.integer({ min: 1, max: 20 }) }),
      fc.constant({ admit: true }),
      fc.record({ end: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (steps, maxActiveFtsJobs) => {
        let table = new BatchTable();
        const policy = { maxActiveFtsJobs };
        for (const action of steps) {
          if ('begin' in action) table.admitNew(table.begin(action.begin), policy);
          else if ('slot' in action) table.reported(action.batch, action.slot);
          else if ('end' in action) table.end(action.end);
          else table.admit(policy);
          expect(table.active).toBeLessThanOrEqual(maxActiveFtsJobs);
          table = BatchTable.fromJSON(JSON.parse(JSON.stringify(table)) as ReturnType<BatchTable['toJSON']>);
        }
        // Whoever has a turn gives it back: the waiting ones get theirs.
        for (let round = 0; table.waiting > 0; round++) {
          expect(round).toBeLessThan(100);
          for (const batch of table.admit(policy)) table.reported(batch, 'idle');
          for (const batch of table.numbers()) if (round === 0) table.reported(batch, 'idle');
        }
      }),
      { seed: 1 },
    );
  });

  it('go to the link that uses the fewest', () => {
    const table = new BatchTable();
    for (const link of [0, 0, 0, 0, 1, 2]) table.begin(link);
    expect(table.admit({ maxActiveFtsJobs: 3 })).toEqual([1, 5, 6]);
  });

  it('are not held up by links whose server has not answered', () => {
    const table = new BatchTable();
    for (const link of [0, 0, 1]) table.begin(link);
    expect(table.admit({ maxActiveFtsJobs: 1 }, (link) => link === 1)).toEqual([3]);
  });

  it('stay with a batch that asks before it has heard that it has one', () => {
    const table = new BatchTable();
    table.begin(0);
    table.begin(1);
    expect(table.admit({ maxActiveFtsJobs: 1 })).toEqual([1]);
    table.reported(1, 'idle');
    expect(table.admit({ maxActiveFtsJobs: 1 })).toEqual([2]);
    table.reported(1, 'wanted');
    table.reported(2, 'wanted');
    expect(table.admit({ maxActiveFtsJobs: 1 })).toEqual([2]);
    table.reported(2, 'idle');
    expect(table.admit({ maxActiveFtsJobs: 1 })).toEqual([1]);
  });
});

describe('the outbox', () => {
  it('says in few orders what it was given, in the same sequence', () => {
    const order: fc.Arbitrary<BatchOrder> = fc
      .record({ kind: fc.constantFrom('release', 'incomplete', 'reopen', 'supersede', 'watch'), key: fc.nat(5) })
      .map(({ kind, key }) => ({ kind, keys: [`k${key}`] }));
    const flat = (orders: BatchOrder[]): string[] =>
      orders.flatMap((o) => ('keys' in o ? [...o.keys].map((key) => `${o.kind} ${key}`) : []));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), order)),
        fc.integer({ min: 1, max: 3 }),
        (given, limit) => {
          const outbox = new Outbox();
          for (const [batch, o] of given) outbox.order(batch, o);
          const sent = new Map<number, BatchOrder[]>();
          while (!outbox.empty) {
            const { orders } = outbox.take(limit);
            expect(orders.length).toBeLessThanOrEqual(limit);
            for (const [batch, list] of orders) sent.set(batch, list);
          }
          for (const batch of [1, 2, 3])
            expect(flat(sent.get(batch) ?? [])).toEqual(flat(given.filter(([to]) => to === batch).map(([, o]) => o)));
        },
      ),
      { seed: 1 },
    );
  });

  it('merges what follows each other', () => {
    const outbox = new Outbox();
    for (const key of ['a', 'b', 'c']) outbox.order(1, { kind: 'release', keys: [key] });
    expect(outbox.take(9).orders).toEqual([[1, [{ kind: 'release', keys: ['a', 'b', 'c'] }]]]);
  });
});
