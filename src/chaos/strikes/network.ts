import { SERVICES } from '../parts.ts';
import type { Strike } from './strike.ts';

const heal: Strike['end'] = ({ proxy }) => proxy?.heal();
const OF_SERVICES = { targets: SERVICES, end: heal } as const;

/** Whatever is said to the service, and what it says, comes late. */
export const slow: Strike = {
  ...{ ...OF_SERVICES, what: 'slow: half a second later, each way', lasts: [2, 10], weight: 2 },
  begin({ proxy }) {
    if (proxy) proxy.mood = { kind: 'slow', ms: 500 };
  },
};

/** The service acts, and nobody hears of it. */
export const loseAnswers: Strike = {
  ...{
    ...OF_SERVICES,
    what: 'acts, but a third of the answers are lost, with their connections',
    lasts: [2, 10],
    weight: 4,
  },
  begin({ proxy }) {
    if (proxy) proxy.mood = { kind: 'losing', share: 0.35 };
  },
};

/** Nobody reaches the service, and all who were connected are cut off. */
export const cutOff: Strike = {
  ...{ ...OF_SERVICES, what: 'cut off from everybody', lasts: [1, 8], weight: 2 },
  begin: ({ proxy }) => proxy?.cut(),
};
