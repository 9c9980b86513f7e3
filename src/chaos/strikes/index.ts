import { deepFreeze, freeze } from './freeze.ts';
import { kill } from './kill.ts';
import { cutOff, loseAnswers, slow } from './network.ts';
import { restart } from './restart.ts';
import type { Strike } from './strike.ts';

/** All strikes, by the names under which they are drawn and told. */
export const STRIKES = {
  kill,
  restart,
  freeze,
  'deep-freeze': deepFreeze,
  slow,
  'lose-answers': loseAnswers,
  'cut-off': cutOff,
} satisfies Record<string, Strike>;

export type StrikeName = keyof typeof STRIKES;
export const STRIKE_NAMES = Object.keys(STRIKES) as StrikeName[];
