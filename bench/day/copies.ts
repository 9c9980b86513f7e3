import { seededRandom } from '../../src/demo/random.ts';
import type { CopyPlan, PlannedCopy } from '../../src/simulators/fts3/instant-copy.ts';
import { CopyFailure, ERRNO } from '../../src/simulators/fts3/reasons.ts';
import type { FileList } from '../../src/simulators/storage/listed-storage.ts';
import { drawCopySeconds, drawOutcome } from '../support/cms-copies.ts';
import { fileNumber, type DayFiles } from './day-files.ts';

/** What a copy that failed once has as a chance to fail the same way again: what fills a disk or forbids writing does not pass at once. Assumed. */
const AGAIN = 0.7;

/** FTS's copies of the day: how long each takes and how it ends follow from its file and attempt; one that ends well is listed at its destination. */
export class DayCopies implements CopyPlan {
  readonly #day: DayFiles;
  readonly #files: FileList;
  readonly #speed: number;
  readonly #failing: boolean;
  /** Attempts and copies that ended well, by number of file. */
  readonly attempts: Uint8Array;
  readonly arrivals: Uint8Array;
  /** Copies that ended well so far. */
  arrived = 0;
  failed = 0;

  /** @param options how many times faster than in life copies are, and whether some fail */
  constructor(day: DayFiles, files: FileList, { speed, failing }: { speed: number; failing: boolean }) {
    this.#day = day;
    this.#files = files;
    this.#speed = speed;
    this.#failing = failing;
    this.attempts = new Uint8Array(day.files);
    this.arrivals = new Uint8Array(day.files);
  }

  next(source: string): PlannedCopy {
    const file = fileNumber(source);
    if (file === null) return { ms: 0, fail: 'SOURCE [2] No such file or directory' };
    const attempt = ++this.attempts[file]!;
    const random = seededRandom(file * 2_654_435_761 + 1);
    const first = this.#failing ? drawOutcome(random) : null;
    // The same numbers for every attempt at a file: what struck it first strikes again.
    let failure = first;
    for (let at = 1; at < attempt; at += 1) failure = failure && random() < AGAIN ? first : null;
    const seconds = drawCopySeconds(seededRandom(file * 2_654_435_761 + attempt), this.#day.bytesOf(file));
    const ms = (seconds * 1000) / this.#speed;
    if (!failure) return { ms };
    this.failed += 1;
    return { ms, fail: failure.reason, cancelled: failure.state === 'CANCELED' };
  }

  arrive(source: string, destination: string, overwrite: boolean): void {
    const [from, to] = [pathOf(source), pathOf(destination)];
    if (this.#files.at(to) && !overwrite)
      throw new CopyFailure('DESTINATION', ERRNO.EEXIST, 'Destination file exists and overwrite is not enabled');
    if (!this.#files.copy(from, to)) throw new CopyFailure('SOURCE', ERRNO.ENOENT, 'HTTP 404 : File not found');
    this.arrivals[fileNumber(destination) ?? -1]! += 1;
    this.arrived += 1;
  }
}

/** `/SITE/store/…` of a PFN at a door that all sites share. */
const pathOf = (pfn: string): string => decodeURIComponent(pfn.slice(pfn.indexOf('/', pfn.indexOf('//') + 2)));
