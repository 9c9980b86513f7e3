import { checkAll, type Check } from '../../demo/verification.ts';
import type { Evidence } from '../evidence.ts';
import { nameOf } from './generations.ts';

/** What is in DBS: once, with the bytes that lie at the destination, and just what tasks say is published. */
export async function checkPublications({ files, dbs }: Evidence): Promise<Check[]> {
  const byLfn = Map.groupBy(dbs.files, ({ lfn }) => lfn);
  const published = files.filter(({ said }) => said?.publication === 'DONE');
  // What is published stays so: the files of a later run of its job are rejected.
  const stayed = files.filter(
    ({ said, atDestination }) => said?.rule === 'already-published' && atDestination !== null,
  );
  const expected = new Set([...published, ...stayed].map(({ file }) => file.destinationLfn));
  const filled = new Set(dbs.files.map(({ block }) => block));
  return [
    await checkAll(
      'files published: once in DBS, in their dataset, with the bytes at the destination',
      [...published, ...stayed],
      (file) => {
        const rows = byLfn.get(file.file.destinationLfn) ?? [];
        const [row] = rows;
        if (!row || rows.length > 1) return `${nameOf(file)} is in DBS ${rows.length} times`;
        const { atDestination, task } = file;
        const isRight =
          row.valid &&
          row.dataset === task.dataset &&
          row.size === atDestination?.size &&
          row.adler32 === atDestination.adler32;
        return isRight ? null : `${nameOf(file)} is in DBS with ${row.size} bytes, ${row.adler32}, in ${row.dataset}`;
      },
    ),
    await checkAll('files in DBS, each one that its task calls published', dbs.files, ({ lfn }) =>
      expected.has(lfn) ? null : lfn,
    ),
    await checkAll('blocks in DBS, none without files', dbs.blocks, ({ name }) => (filled.has(name) ? null : name)),
  ];
}
