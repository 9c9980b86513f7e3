import { strict as assert } from 'node:assert';
import type { BatchFile } from '../../../src/domain/batch/batch-file.ts';
import { longestCopy } from '../../../src/domain/batch/copy-fate.ts';
import type { FtsFileResult } from '../../../src/domain/batch/fts-results.ts';
import type { ArrivalResult, SettleResult } from '../../../src/domain/batch/settling.ts';
import type { FtsTarget, PublishableFile } from '../../../src/domain/orders.ts';
import type { Measure, QueuedFile } from '../../../src/domain/publication/publisher-state.ts';
import type { BatchWorld, Following, Submission } from './batch-world.ts';
import type { Dice } from './dice.ts';
import type { BlockResult, PublisherWorld } from './publisher-actor.ts';
import type { TaskWorld } from './task-actor.ts';

/** A file of an FTS job. `ghost`: its copy goes on though FTS shows it as cancelled, until then, and does this at its end. */
interface Row {
  key: string;
  file: BatchFile;
  bytes: string;
  state: 'SUBMITTED' | 'ACTIVE' | 'FINISHED' | 'FAILED' | 'CANCELED';
  reason: string;
  /** Epoch seconds. */
  startedAt: number | null;
  finishedAt: number | null;
  ghost: { until: number; end: 'removes' | 'writes' } | null;
}

const TARGET: FtsTarget = { server: 'https://fts', vo: 'cms', baseId: '01874efb-4735-4595-bc9c-591aef8240c9' };

const FAILURES = [
  'DESTINATION [110] timed out',
  'TRANSFER [111] connection refused',
  'DESTINATION HTTP 507 insufficient storage',
  'DESTINATION [17] file exists',
  'SOURCE [2] no such file',
  'TRANSFER permission denied',
  'something new',
];

const isTerminal = ({ state }: Row): boolean => state === 'FINISHED' || state === 'FAILED' || state === 'CANCELED';

/** FTS, storage and DBS as they really are, with what must never happen to them. A checksum stands for bytes. */
export class World implements BatchWorld, PublisherWorld, TaskWorld {
  /** Epoch milliseconds. */
  now = 1_800_000_000_000;
  readonly sources = new Map<string, string>();
  readonly destinations = new Map<string, string>();
  /** LFN → bytes. */
  readonly dbs = new Map<string, string>();
  readonly jobs = new Map<string, Row[]>();
  readonly dice: Dice;
  /** FTS stops cancelled copies within ten times so long, milliseconds. */
  readonly grace: number;

  constructor(dice: Dice, grace: number) {
    this.dice = dice;
    this.grace = grace;
  }

  get continues(): boolean {
    return !this.dice.benign;
  }

  get random(): () => number {
    return this.dice.next;
  }

  get rows(): Row[] {
    return [...this.jobs.values()].flat();
  }

  targetOf = (): FtsTarget | null => (this.dice.chance(0.5) ? null : TARGET);

  /** No operator holds anything. */
  holdOf = (): string | null => null;

  submit(jobId: string, files: BatchFile[]): Submission {
    const kind = this.dice.pick<'submitted' | 'astray' | 'refused' | 'held' | 'elsewhere'>([
      'submitted',
      'submitted',
      'submitted',
      'astray',
      'refused',
      'held',
      'elsewhere',
    ]);
    if (kind === 'submitted' || kind === 'astray') this.#take(jobId, files);
    return kind === 'held' ? { kind, reason: 'SiteMisconfigured' } : { kind };
  }

  follow(jobId: string): Following {
    if (this.dice.chance(0.03)) {
      this.#forget(jobId);
      return 'gone';
    }
    return this.dice.chance(0.05) ? 'stalled' : this.look(jobId);
  }

  #take(jobId: string, files: BatchFile[]): void {
    assert(!this.jobs.has(jobId), `FTS job ${jobId} is sent twice`);
    for (const { key, record } of files) {
      const other = this.rows.find((row) => row.key === key && (!isTerminal(row) || row.ghost));
      assert(!other, `${record.destinationLfn} is in two live FTS jobs (${other?.state}, ghost ${other?.ghost?.end})`);
      assert(!this.dbs.has(record.destinationLfn), `${record.destinationLfn} is published and would be overwritten`);
    }
    const rows = files.map((file): Row => {
      const bytes = file.record.adler32 ?? '';
      return {
        key: file.key,
        file,
        bytes,
        state: 'SUBMITTED',
        reason: '',
        startedAt: null,
        finishedAt: null,
        ghost: null,
      };
    });
    this.jobs.set(jobId, rows);
  }

  /** One copy goes one step on. */
  progress(): boolean {
    const open = this.rows.filter((row) => !isTerminal(row));
    const row = open[this.dice.int(open.length)];
    if (!row) return false;
    if (row.state === 'SUBMITTED' && this.dice.chance(0.1)) this.#end(row, 'CANCELED', 'Job cancelled by somebody');
    else if (row.state === 'SUBMITTED') Object.assign(row, { state: 'ACTIVE', startedAt: this.now / 1000 });
    else if (this.dice.chance(0.3)) this.#end(row, 'FAILED', this.dice.pick(FAILURES));
    else if (this.sources.get(row.file.record.sourceLfn) === undefined)
      this.#end(row, 'FAILED', 'SOURCE [2] no such file');
    else if (this.sources.get(row.file.record.sourceLfn) !== row.bytes)
      this.#end(row, 'FAILED', 'SOURCE checksum mismatch');
    else {
      this.destinations.set(row.key, row.bytes);
      this.#end(row, 'FINISHED', '');
    }
    return true;
  }

  /** Time passes; copies that FTS had to stop end in it. */
  pass(ms: number): void {
    this.now += ms;
    for (const row of this.rows) if (row.ghost && row.ghost.until <= this.now) this.#endGhost(row, row.ghost);
  }

  /** FTS's DELETE of a job, or of those of some files that we have not seen running; one may start just before. */
  cancel(jobId: string, keys: Set<string> | null): void {
    for (const row of this.jobs.get(jobId) ?? []) {
      if (isTerminal(row) || (keys && !keys.has(row.key)) || (keys && row.state === 'ACTIVE')) continue;
      if (keys && this.dice.chance(0.3)) Object.assign(row, { state: 'ACTIVE', startedAt: this.now / 1000 });
      const running = row.state === 'ACTIVE';
      Object.assign(row, { state: 'CANCELED', reason: keys ? '' : 'Job canceled by the user' });
      if (!running || keys) row.finishedAt = this.now / 1000;
      if (!running) continue;
      const longest = keys ? longestCopy(row.file.record.size) * 1000 : 10 * this.grace;
      row.ghost = { until: this.now + 1 + this.dice.int(longest - 1), end: keys ? 'writes' : 'removes' };
    }
  }

  /** FTS loses a job: what its copies came to nobody knows. */
  #forget(jobId: string): void {
    for (const row of this.jobs.get(jobId) ?? [])
      if (!isTerminal(row) && this.dice.chance(0.5) && this.sources.get(row.file.record.sourceLfn) === row.bytes)
        this.destinations.set(row.key, row.bytes);
    this.jobs.set(jobId, []);
  }

  look = (jobId: string): FtsFileResult[] =>
    (this.jobs.get(jobId) ?? []).map(({ key, state, reason, startedAt, finishedAt }) => ({
      ...{ key, state, reason, startedAt, finishedAt },
    }));

  /** Our look at a destination and the removal of its source. */
  settle(file: BatchFile, removeSource: boolean): SettleResult {
    const { key, record } = file;
    const answer = (
      destination: SettleResult['destination'],
      source: SettleResult['source'] = 'untouched',
    ): SettleResult => ({
      ...{ key, destination, source, reason: null },
    });
    if (this.dice.chance(0.2)) return answer('unknown');
    if (this.dice.chance(0.1)) return answer('unasked');
    const found = this.destinations.get(key);
    if (found === undefined) return answer('absent');
    if (found !== record.adler32) return answer('wrong');
    if (!removeSource) return answer('right');
    if (this.dice.chance(0.2)) return answer('right', 'left');
    if (this.dice.chance(0.05)) return answer('right', 'uncleaned');
    const source = this.sources.get(record.sourceLfn);
    if (source !== undefined && source !== record.adler32) return answer('right', 'changed');
    this.sources.delete(record.sourceLfn);
    return answer('right', 'removed');
  }

  /** The look for a file that was cancelled singly. */
  removeArrived(file: BatchFile): ArrivalResult {
    const { key, record } = file;
    if (this.dice.chance(0.2)) return { key, found: 'unknown' };
    if (this.dice.chance(0.1)) return { key, found: 'unasked' };
    const found = this.destinations.get(key);
    if (found === undefined) return { key, found: 'absent' };
    if (found !== record.adler32) return { key, found: 'foreign' };
    this.destinations.delete(key);
    return { key, found: 'removed' };
  }

  measure = ({ size }: QueuedFile): Measure | null =>
    this.dice.chance(0.2) ? null : { lumis: 1 + this.dice.int(60), bytes: size };

  /** Puts a block into DBS, or refuses it; some of its files CRAB turns out to lack metadata of. */
  publishBlock(block: QueuedFile[]): BlockResult {
    const refused = this.dice.chance(0.2);
    const reason = 'DBS 310: refused';
    const settled = refused
      ? block.length > 1
        ? []
        : block.map(({ key }) => ({ key, state: 'FAILED' as const, reason }))
      : this.#publish(block);
    const missing = refused && this.dice.chance(0.3) ? block.slice(0, 1) : [];
    return { settled: settled.filter(({ key }) => !missing.some((file) => file.key === key)), missing };
  }

  /** DBS refuses what it has already. */
  #publish(files: PublishableFile[]): BlockResult['settled'] {
    const known = files.filter(({ lfn }) => this.dbs.has(lfn));
    if (known.length > 0)
      return known.map(({ key, lfn, adler32 }) => {
        const same = this.dbs.get(lfn) === adler32;
        return { key, state: same ? 'DONE' : 'FAILED', reason: same ? null : 'differs-in-DBS' };
      });
    for (const { key, lfn, adler32 } of files) {
      assert.equal(this.destinations.get(key), adler32, `${lfn} is published and not at its destination`);
      this.dbs.set(lfn, adler32 ?? '');
    }
    return files.map(({ key }) => ({ key, state: 'DONE', reason: null }));
  }

  #end(row: Row, state: Row['state'], reason: string): void {
    Object.assign(row, { state, reason, finishedAt: this.now / 1000 });
  }

  #endGhost(row: Row, ghost: NonNullable<Row['ghost']>): void {
    if (ghost.end === 'removes') this.destinations.delete(row.key);
    else if (this.sources.get(row.file.record.sourceLfn) === row.bytes) this.destinations.set(row.key, row.bytes);
    row.ghost = null;
    row.finishedAt ??= this.now / 1000;
  }
}
