import { PARTS } from '../parts.ts';
import type { Strike } from './strike.ts';

/** The process is asked to end, as for an upgrade, and started again at once. */
export const restart: Strike = {
  what: 'restarted with SIGTERM',
  targets: PARTS,
  lasts: [0, 0],
  weight: 1,
  begin: ({ process }) => void process.signal('SIGTERM'),
  end: () => undefined,
};
