import { checkAll, type Check } from '../../demo/verification.ts';
import { PUBLICATION_STATES, TRANSFER_STATES } from '../../simulators/crab/transfer-row.ts';
import type { Evidence } from '../evidence.ts';
import { nameOf } from './generations.ts';

/** CRAB's rows have no REJECTED. */
const AS_CRAB: Readonly<Record<string, string>> = { REJECTED: 'FAILED' };

/** CRAB's rows say what tasks say. */
export async function checkCrabRows({ files }: Evidence): Promise<Check[]> {
  return [
    await checkAll("CRAB's rows, each with the final state of its file", files, (file) => {
      const { said, row } = file;
      if (!said || !row) return `${nameOf(file)} has no row`;
      const transfer = TRANSFER_STATES[row.tm_transfer_state];
      const publication = PUBLICATION_STATES[row.tm_publication_state];
      const agrees =
        transfer === (AS_CRAB[said.transfer] ?? said.transfer) &&
        (publication === said.publication || said.publication === 'NOT_REQUIRED');
      return agrees
        ? null
        : `${nameOf(file)} is ${said.transfer}, ${said.publication}; its row ${transfer}, ${publication}`;
    }),
  ];
}
