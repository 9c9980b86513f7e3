import type { Check } from '../../demo/verification.ts';
import type { Evidence } from '../evidence.ts';
import { checkCancels } from './cancels.ts';
import { checkCopies } from './copies.ts';
import { checkCrabRows } from './crab-rows.ts';
import { checkDeletions } from './deletions.ts';
import { checkFtsAgrees } from './fts-agreement.ts';
import { checkFinalStates } from './final-states.ts';
import { checkPublications } from './publications.ts';

/** All that must hold, whatever was struck. */
export async function judge(evidence: Evidence): Promise<Check[]> {
  return [
    ...(await checkFinalStates(evidence)),
    ...(await checkCopies(evidence)),
    ...(await checkCancels(evidence)),
    ...(await checkFtsAgrees(evidence)),
    ...(await checkDeletions(evidence)),
    ...(await checkPublications(evidence)),
    ...(await checkCrabRows(evidence)),
  ];
}
