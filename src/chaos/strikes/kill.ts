import { PARTS } from '../parts.ts';
import type { Strike } from './strike.ts';

/** The process dies at once, in the midst of whatever it does, and is started again after a while. */
export const kill: Strike = {
  what: 'killed with SIGKILL, down for a while',
  targets: PARTS,
  lasts: [0, 6],
  weight: 4,
  begin({ process }) {
    process.stayDown();
    process.signal('SIGKILL');
  },
  end: ({ process }) => process.rise(),
};
