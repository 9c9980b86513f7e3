import { checkAll, type Check } from '../../demo/verification.ts';
import type { Evidence } from '../evidence.ts';
import { isTouched } from '../touch.ts';
import { copiesByDestination, nameOf } from './generations.ts';

/** Final states, each against the last word of FTS's books, where nobody has called copies off. */
export async function checkFtsAgrees({ files, fts, acts }: Evidence): Promise<Check[]> {
  const copies = copiesByDestination(fts);
  return [
    await checkAll("files that nobody touched, each final as FTS's last copy of it is", files, (file) => {
      const own = copies.get(nameOf(file)) ?? [];
      const { said } = file;
      if (!said || isTouched(file, own, acts)) return null;
      const last = own.at(-1)?.state ?? 'none';
      // What FTS has copied well is not DONE where our look finds other bytes.
      const isSeenWrong = file.file.fault === 'corrupt' || file.file.fault === 'wrong-sum';
      const agrees = said.transfer === 'DONE' ? last === 'FINISHED' : last !== 'FINISHED' || isSeenWrong;
      return agrees ? null : `${nameOf(file)} is ${said.transfer}; FTS's last copy of it is ${last}`;
    }),
  ];
}
