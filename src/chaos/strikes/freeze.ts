import { PARTS, WORKERS } from '../parts.ts';
import type { Strike } from './strike.ts';

const begin: Strike['begin'] = ({ process }) => void process.signal('SIGSTOP');
const end: Strike['end'] = ({ process }) => void process.signal('SIGCONT');

/** The process stands still, its connections open, and goes on as if nothing had been. */
export const freeze: Strike = {
  ...{ what: 'frozen with SIGSTOP, thawed with SIGCONT', targets: PARTS, lasts: [1, 8], weight: 2, begin, end },
};

/** The same for longer than the 15 s after which an activity's heartbeat is missed: its work is given to others, and it goes on with it. */
export const deepFreeze: Strike = {
  ...{ what: 'frozen past the heartbeat time-out of 15 s, then thawed', targets: WORKERS, lasts: [17, 26], weight: 1 },
  ...{ begin, end },
};
