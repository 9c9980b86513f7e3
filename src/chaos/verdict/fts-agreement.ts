import { checkAll, type Check } from '../../demo/verification.ts';
import type { Evidence, FileEvidence } from '../evidence.ts';
import type { Generation } from '../sources.ts';
import { copiesByDestination, nameOf, saidGeneration, type AskedCopy } from './generations.ts';
import { isOurLook, isOurMiss, placesOf } from './looks.ts';

/** FTS's words for what a look may prove to be there all the same: a copy in the way may be our own, and a source that is gone was copied. */
const MAY_BE_THERE = /File not found|No such file|exists/i;

/** Final states, each against what FTS's books have of the same bytes, whatever was done to the file. */
export async function checkFtsAgrees({ files, fts, doors }: Evidence): Promise<Check[]> {
  const copies = copiesByDestination(fts);
  const byPlace = placesOf(doors);
  return [
    await checkAll("files final, each as FTS's copies of its bytes came out", files, (file) => {
      const generation = saidGeneration(file);
      if (!file.said || !generation) return null;
      const own = (copies.get(nameOf(file)) ?? []).filter(({ userSize }) => userSize === generation.size);
      const last = own.at(-1);
      const word = `${nameOf(file)} is ${file.said.transfer}; FTS's last copy of it is ${last?.state ?? 'none'}`;
      if (file.said.transfer === 'DONE') return isBrought(own) ? null : word;
      return last?.state !== 'FINISHED' || isSeenWrong(file, generation, last) ? null : word;
    }),
  ];

  /** We have looked after FTS called the copy well, and have not found its bytes. */
  function isSeenWrong(file: FileEvidence, { size, adler32 }: Generation, { finishTime }: AskedCopy): boolean {
    const later = (byPlace.get(nameOf(file)) ?? []).filter(({ at }) => at >= (finishTime ?? Infinity));
    return later.some(
      (look) => isOurMiss(look) || (isOurLook(look) && (look.size !== size || look.adler32 !== adler32)),
    );
  }
}

/** FTS has copied the bytes well, or has begun to, and then met what the copy had brought about. */
function isBrought(copies: readonly AskedCopy[]): boolean {
  if (copies.some(({ state }) => state === 'FINISHED')) return true;
  return copies.some(({ attempts }) => attempts.length > 0) && MAY_BE_THERE.test(copies.at(-1)?.reason ?? '');
}
