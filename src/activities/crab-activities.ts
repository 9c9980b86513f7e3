import type { CrabPort } from '../ports/crab.ts';
import type { CrabActivities } from './types.ts';

/** Activities on the queue of CRAB's REST. */
export function createCrabActivities({ crab }: { crab: CrabPort }): CrabActivities {
  return {
    async measureFiles({ task, lfns }) {
      const metadata = await crab.fileMetadata(task, lfns);
      return [...metadata.values()].map(({ lfn, lumis, size }) => ({ lfn, lumis: lumis.length, bytes: size }));
    },
  };
}
