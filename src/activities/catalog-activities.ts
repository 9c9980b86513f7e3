import type { CatalogPlaces, CatalogPort, PublishOutcome } from '../ports/catalog.ts';
import type { CrabPort, FileMetadata, TaskInfo, UnusableMetadata } from '../ports/crab.ts';
import type { OperatorRulesPort } from '../ports/operator-rules.ts';
import { isFirstTry } from './first-try.ts';
import { differenceOf, faultIn } from './publishable.ts';
import type { CatalogActivities, PublishBlockRequest, PublishBlockResult } from './catalog.types.ts';

export interface CatalogDependencies {
  crab: CrabPort;
  catalog: CatalogPort;
  catalogPlaces: CatalogPlaces;
  rules: OperatorRulesPort;
}

type Settled = PublishBlockResult['settled'];

/**
 * DBS's codes about what all blocks of a dataset have in common: parents, processed dataset, primary type and dataset, eras, tier, group, access
 * type, the dataset, the block's own row. Any other refusal may be about one file of the block, which DBS does not name (310) or may name.
 */
const ABOUT_ALL_FILES: ReadonlySet<number | null> = new Set([203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 400]);

/** Activities on the queue of DBS. */
export function createCatalogActivities({
  crab,
  catalog,
  catalogPlaces,
  rules,
}: CatalogDependencies): CatalogActivities {
  return {
    async publishBlock(request) {
      const { task, credential, block } = request;
      // What may have been sent already is brought to its end.
      const hold = isFirstTry() ? await rules.holdOf({ task, user: credential.user }, block) : null;
      if (hold) return { settled: [], missing: [], held: hold.reason };
      const info = await crab.taskInfo(task);
      return catalogPlaces.at(info, credential, () => publish(info, request));
    },
  };

  async function publish(info: TaskInfo, request: PublishBlockRequest): Promise<PublishBlockResult> {
    const { task, credential, dataset, block, originSite, files } = request;
    const metadata = await crab.fileMetadata(task, lfnsOf(files));
    const good: FileMetadata[] = [];
    const bad: { file: PublishBlockRequest['files'][number]; fault: string | null }[] = [];
    for (const file of files) {
      const known = metadata.get(file.lfn);
      const fault = known ? faultIn(known, file, dataset) : null;
      if (known && isUsable(known) && fault === null) good.push(known);
      else bad.push({ file, fault });
    }
    // The block was named for all of its files: without some of them, the others get a new one.
    if (bad.length > 0) return setAside(info, request, bad);
    const outcome = await catalog.publishBlock(info, credential, { name: block, dataset, originSite, files: good });
    return { settled: enter(outcome, request), missing: [] };
  }

  /**
   * Settles files that cannot be sent as CRAB describes them now. An earlier try may have sent them when it described them otherwise, and
   * its answer been lost: what DBS has is DONE.
   */
  async function setAside(
    info: TaskInfo,
    { credential, dataset }: PublishBlockRequest,
    bad: { file: PublishBlockRequest['files'][number]; fault: string | null }[],
  ): Promise<PublishBlockResult> {
    const rows = await catalog.findFiles(info, credential, lfnsOf(bad.map(({ file }) => file)));
    const inDbs = new Map(rows.map((row) => [row.lfn, row]));
    const result: PublishBlockResult = { settled: [], missing: [] };
    for (const { file, fault } of bad) {
      const row = inDbs.get(file.lfn);
      if (row && differenceOf(row, file, dataset) === null)
        result.settled.push({ key: file.key, state: 'DONE', reason: null });
      else if (fault === null) result.missing.push(file.key);
      else result.settled.push({ key: file.key, state: 'FAILED', reason: fault });
    }
    return result;
  }
}

/** What DBS's answer settles, file by file. */
function enter(outcome: PublishOutcome, { files, dataset }: PublishBlockRequest): Settled {
  switch (outcome.kind) {
    case 'published':
      return files.map(({ key }) => ({ key, state: 'DONE', reason: null }));
    case 'present': {
      const present = new Map(outcome.files.map((row) => [row.lfn, row]));
      return files.flatMap((file): Settled => {
        const row = present.get(file.lfn);
        if (!row) return [];
        const difference = differenceOf(row, file, dataset);
        return [{ key: file.key, state: difference ? 'FAILED' : 'DONE', reason: difference && `differs-in-DBS: ${difference}` }]; // prettier-ignore
      });
    }
    case 'refused': {
      // One bad file among many, or a block that is too large, is found by halving.
      if (files.length > 1 && !ABOUT_ALL_FILES.has(outcome.code)) return [];
      const reason = `DBS${outcome.code === null ? '' : ` ${outcome.code}`}: ${outcome.reason}`;
      return files.map(({ key }) => ({ key, state: 'FAILED', reason }));
    }
  }
}

const isUsable = (known: FileMetadata | UnusableMetadata): known is FileMetadata => !('fault' in known);

const lfnsOf = (files: { lfn: string }[]): string[] => files.map(({ lfn }) => lfn);
