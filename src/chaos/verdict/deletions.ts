import { checkAll, type Check } from '../../demo/verification.ts';
import type { Evidence, FileEvidence } from '../evidence.ts';
import { nameOf } from './generations.ts';
import { isOurLook, OURS, placesOf } from './looks.ts';

/** A source that we removed, and the file whose source it was. */
interface RemovedSource {
  file: FileEvidence;
  at: number;
}

/** No source removed whose copy we have not looked at before, and found whole. */
export async function checkDeletions({ files, doors }: Evidence): Promise<Check[]> {
  const byPlace = placesOf(doors);
  const removed = files.flatMap((file) =>
    (byPlace.get(`${file.job.source}:${file.file.sourceLfn}`) ?? [])
      .filter(({ method, client, status }) => method === 'DELETE' && client === OURS && status < 300)
      .map(({ at }): RemovedSource => ({ file, at })),
  );
  return [
    await checkAll(
      'sources removed, each after we had found its copy whole at the destination',
      removed,
      ({ file, at }) => {
        const generation = file.generations.findLast(({ laidAt }) => laidAt <= at);
        const before = (byPlace.get(nameOf(file)) ?? []).filter((event) => event.at <= at);
        const seen = before.findLastIndex(
          (event) => isOurLook(event) && event.size === generation?.size && event.adler32 === generation.adler32,
        );
        const changed = before.slice(seen + 1).some(({ method, status }) => method !== 'HEAD' && status < 300);
        return seen >= 0 && !changed ? null : `the source of ${nameOf(file)} at ${new Date(at).toISOString()}`;
      },
    ),
  ];
}
