import { PARTS } from '../parts.ts';
import type { Strike } from './strike.ts';

/**
 * The process is asked to end, as for an upgrade, and started again at once. PostgreSQL is asked as whoever looks after it does
 * (docker-compose.yml, Debian's service): at SIGTERM it takes no more connections and waits for all clients to go, which Temporal never does.
 */
export const restart: Strike = {
  what: 'restarted with SIGTERM (PostgreSQL with SIGINT)',
  targets: PARTS,
  lasts: [0, 0],
  weight: 1,
  begin: ({ name, process }) => void process.signal(name === 'postgresql' ? 'SIGINT' : 'SIGTERM'),
  end: () => undefined,
};
