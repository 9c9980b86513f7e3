import type { PublishableFile } from '../orders.ts';
import type { Policy } from '../policy.ts';
import type { PublicationState } from '../states.ts';
import { cutBlock, filesForBlock, measureSoFar } from './block-cutting.ts';
import { blockDue } from './block-due.ts';
import { packQueue, unpackQueue, type QueuePage } from './queue-pages.ts';

/** Size of a file in the catalog's terms. */
export interface Measure {
  lumis: number;
  bytes: number;
}

/** A file that waits to be published. */
export interface QueuedFile extends PublishableFile {
  /** Epoch milliseconds; 0 where somebody asked not to wait for others. */
  since: number;
  measure: Measure | null;
  /** CRAB had no metadata: look again then, epoch milliseconds. */
  retryAt: number;
  tries: number;
  /** When CRAB was found not to have its metadata, epoch milliseconds. */
  missingSince: number | null;
}

/** What a batch is to be told of some of its files. */
export interface PublisherAnswer {
  batch: number;
  keys: string[];
  state: PublicationState;
  reason: string | null;
}

/** All but the queue, which is too large for a payload with the rest. */
export interface PublisherSnapshot {
  expect: number | null;
  finished: boolean;
  limit: number;
  coming: number;
  tally: PublisherState['tally'];
  /** Absent where nothing is held. */
  bar?: string | null;
  /** Absent where it has not been reset. */
  isDoubted?: boolean;
  askedBack?: string[];
}

/** A payload each. */
export type SavedPublisher = [PublisherSnapshot, ...QueuePage[]];

/** First pause before CRAB is asked again for metadata it did not have; doubles up to an hour. */
const METADATA_DELAY_MS = 30_000;
const METADATA_DELAY_MAX_MS = 3_600_000;
/** Why a file is given back that a newer generation replaces. */
const SUPERSEDED = 'superseded';
/**
 * Blocks of a dataset on their way into DBS at a time. DBS takes up to three minutes for one (CRABServer issues 9058 and 9302): one after the
 * other, a task of 100,000 files would take a day. A worker has four places for a user's blocks.
 */
const BLOCKS_AT_ONCE = 3;
/** Files measured before their block is due, so that it is due by its lumis too: as many as two requests to CRAB hold. */
const MEASURED_AT_ONCE = 20;

/** The files of one dataset on their way into DBS, and when a block of them is to leave. Pure. */
export class PublisherState {
  readonly policy: Policy;
  /** Keys of the queue. */
  readonly #keys: Set<string>;
  readonly queue: QueuedFile[];
  /** So many files are still to be published in all, and no more will come; null while more may. */
  expect: number | null = null;
  finished = false;
  /** Keys of the files of the blocks that are on their way into DBS. */
  readonly inFlight = new Set<string>();
  /** Those of them, and of doubted ones, that were asked back. */
  readonly withdrawn: Set<string>;
  #blocks = 0;
  /** Files in the next block at the most: halved while DBS refuses a block for one file it does not name. */
  limit: number;
  /** So many files are still on their way here that are not to wait for others either. */
  coming = 0;
  /** Why an operator's rule holds all of it; null where none does. */
  bar: string | null = null;
  /** An operator has reset it: what waits may have been sent already. So it is until all of that has left it. */
  isDoubted = false;
  /** Files that have left it, by how. */
  readonly tally = { published: 0, failed: 0 };

  /** @param saved what `snapshot` made */
  constructor(policy: Policy, ...saved: [] | SavedPublisher) {
    const [snapshot, ...pages] = saved;
    this.policy = policy;
    this.limit = policy.maxFilesPerBlock;
    this.queue = unpackQueue(pages);
    this.#keys = new Set(this.queue.map(({ key }) => key));
    const { askedBack = [], ...rest } = snapshot ?? {};
    Object.assign(this, rest);
    this.withdrawn = new Set(askedBack);
  }

  /** Queues files; one that waits already is not queued twice. */
  add(files: PublishableFile[], now: number): void {
    for (const file of files) {
      if (this.#keys.has(file.key)) continue;
      this.#keys.add(file.key);
      const since = this.coming > 0 ? 0 : now;
      this.coming = Math.max(0, this.coming - 1);
      this.queue.push({ ...file, since, measure: null, retryAt: 0, tries: 0, missingSince: null });
    }
  }

  /**
   * Somebody asks that what waits leaves at once, in blocks as full as they come, and that CRAB is asked again for what it lacked.
   * @param files so many are here or on their way here in all
   */
  hurry(files: number): void {
    for (const file of this.queue) Object.assign(file, { since: 0, retryAt: 0 });
    this.coming = Math.max(0, files - this.queue.length);
  }

  /** When there is something to do, epoch milliseconds: a block to send, or CRAB to be asked again; null where nothing waits. */
  nextDue(now: number): number | null {
    if (this.bar !== null || !this.mayAnother) return null;
    const ready = this.queue.filter(({ key, retryAt }) => retryAt <= now && !this.inFlight.has(key));
    const retries = this.queue.filter(({ retryAt }) => retryAt > now).map(({ retryAt }) => retryAt);
    if (ready.length > 0 && this.expect !== null && this.queue.length >= this.expect) return now;
    const next = Math.min(this.nextBlock(ready), ...retries);
    if (next === Infinity) return null;
    return next === 0 ? now : next;
  }

  /**
   * Whether another block may be on its way. The first one goes alone, because DBS makes the dataset with it, and so does each while a refused
   * file is looked for by halves.
   */
  get mayAnother(): boolean {
    const severally = this.tally.published > 0 && this.limit === this.policy.maxFilesPerBlock;
    return this.#blocks < (severally ? BLOCKS_AT_ONCE : 1);
  }

  /** As `blockDue`, with what is known here. */
  nextBlock(ready: readonly QueuedFile[]): number {
    return blockDue(ready, this.policy, { limit: this.limit, isLast: this.expect !== null });
  }

  /** Files to be measured although no block is due; none where there are only a few. */
  toMeasure(now: number): QueuedFile[] {
    const files = this.queue.filter(({ retryAt, measure }) => retryAt <= now && !measure);
    return files.length < MEASURED_AT_ONCE ? [] : files.slice(0, this.policy.maxFilesPerBlock);
  }

  /** Files that the next block could hold. */
  candidates(now: number): QueuedFile[] {
    return filesForBlock(
      this.queue.filter(({ key, retryAt }) => retryAt <= now && !this.inFlight.has(key)),
      this.limit,
    );
  }

  /**
   * Files that are not to be published after all. What is on its way into DBS goes on, and what may be there already is sent at once: DBS is
   * to say. Returns what their batches are to be told.
   */
  withdraw(keys: string[]): PublisherAnswer[] {
    const stays = keys.filter((key) => this.inFlight.has(key) || (this.isDoubted && this.#keys.has(key)));
    for (const key of stays) this.withdrawn.add(key);
    for (const file of this.queue) if (this.#isAwaited(file)) Object.assign(file, { since: 0, retryAt: 0 });
    return this.#giveBack(keys.filter((key) => !this.withdrawn.has(key)));
  }

  /** It was asked back, and is to be sent so that DBS says whether it has it. */
  #isAwaited = ({ key }: QueuedFile): boolean => this.withdrawn.has(key) && !this.inFlight.has(key);

  #giveBack(keys: string[]): PublisherAnswer[] {
    return this.settle(keys.map((key) => ({ key, state: 'FAILED', reason: SUPERSEDED })));
  }

  /** A block leaves. */
  send(block: readonly QueuedFile[]): void {
    this.#blocks += 1;
    for (const { key } of block) this.inFlight.add(key);
  }

  /** A block has its answer: what is left of it and was asked back is given back now, unless a rule holds what may be in DBS. */
  landed(block: readonly QueuedFile[], isHeld = false): PublisherAnswer[] {
    this.#blocks -= 1;
    for (const { key } of block) this.inFlight.delete(key);
    if (isHeld && this.isDoubted) return [];
    return this.#giveBack(block.map(({ key }) => key).filter((key) => this.withdrawn.delete(key)));
  }

  /** The measured files among the candidates that one block may hold; they may have been withdrawn while they were measured. */
  cut(candidates: QueuedFile[]): QueuedFile[] {
    const measured = candidates.filter((file) => file.measure && this.queue.includes(file));
    return cutBlock(measured, measureSoFar, this.policy);
  }

  /** CRAB has no metadata of these files yet: they wait, and are set aside in the end. Returns answers for the latter. */
  missing(files: QueuedFile[], now: number): PublisherAnswer[] {
    const late: { key: string; state: PublicationState; reason: string }[] = [];
    // DBS cannot have a file of which there have never been metadata.
    const needless = files.filter(this.#isAwaited).map(({ key }) => key);
    for (const file of files) {
      file.measure = null;
      file.retryAt = now + Math.min(METADATA_DELAY_MS * 2 ** file.tries, METADATA_DELAY_MAX_MS);
      file.tries += 1;
      file.missingSince ??= now;
      if (now - file.missingSince >= this.policy.metadataTimeout * 1000)
        late.push({ key: file.key, state: 'FAILED', reason: 'metadata-missing' });
    }
    return [...this.#giveBack(needless.filter((key) => this.withdrawn.delete(key))), ...this.settle(late)];
  }

  /** Takes files out of the queue with their outcome. Returns what their batches are to be told. */
  settle(outcomes: { key: string; state: PublicationState; reason: string | null }[]): PublisherAnswer[] {
    const answers: PublisherAnswer[] = [];
    for (const { key, state, reason } of outcomes) {
      const index = this.queue.findIndex((file) => file.key === key);
      const file = this.queue[index];
      if (!file) continue;
      this.queue.splice(index, 1);
      this.#keys.delete(key);
      if (state === 'DONE') this.tally.published += 1;
      // Given back for a newer generation: not this one's failure.
      else if (reason !== SUPERSEDED) this.tally.failed += 1;
      if (this.expect !== null) this.expect -= 1;
      const same = answers.find((a) => a.batch === file.batch && a.state === state && a.reason === reason);
      if (same) same.keys.push(key);
      else answers.push({ batch: file.batch, keys: [key], state, reason });
    }
    // Whatever was refused is out of it: what comes next may fill a block again, and nobody else has sent it.
    if (this.queue.length === 0) Object.assign(this, { limit: this.policy.maxFilesPerBlock, isDoubted: false });
    return answers;
  }

  /** A block was tried: progress lifts the limit again, none halves it. */
  tried(files: number, settled: number): void {
    if (settled > 0) this.limit = Math.min(this.policy.maxFilesPerBlock, this.limit * 2);
    else if (files > 1) this.limit = Math.ceil(files / 2);
  }

  /** Everything, for a state that goes on from here. */
  snapshot(): SavedPublisher {
    const { expect, finished, limit, coming, tally, bar } = this;
    const doubts = this.isDoubted && { isDoubted: true, askedBack: [...this.withdrawn] };
    return [{ expect, finished, limit, coming, tally, bar, ...doubts }, ...packQueue(this.queue)];
  }
}
