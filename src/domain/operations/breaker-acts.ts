import { utcTime } from '../utc-time.ts';
import { forget, isOf, subjectText } from './breaker.ts';
import type { OperationsState } from './operations-state.ts';
import type { BreakerTarget, OperationAnswer, OperationRequests } from './requests.ts';
import { MAX_ROWS, type BreakerSubject, type Note } from './rules.ts';

type Act<Name extends keyof OperationRequests> = (
  state: OperationsState,
  request: OperationRequests[Name],
  note: Note,
) => OperationAnswer;

interface BreakerActs {
  setBreaker: Act<'setBreaker'>;
  tripBreaker: Act<'tripBreaker'>;
  resetBreaker: Act<'resetBreaker'>;
}

/** What operators do with breakers. */
export const BREAKER_ACTS: BreakerActs = {
  setBreaker({ rules }, { breaker, reason: _reason, by: _by, ...changes }) {
    if (Object.keys(changes).length === 0) return { did: [], ignored: ['nothing was to be changed'] };
    const settings = rules.breakers[breaker];
    Object.assign(settings, changes);
    // What it only told of, it may now have to hold; what is off holds nothing.
    rules.trips = rules.trips.filter((trip) => trip.kind !== breaker || (settings.on && trip.armed));
    const texts = Object.entries(changes).map(([name, value]) => `${name} ${value}`);
    return { did: [`set the breaker of ${breaker}s: ${texts.join(', ')}`], ignored: [] };
  },

  tripBreaker({ rules }, target, note) {
    const subject = subjectOf(target);
    const until = note.at + rules.breakers[subject.kind].hold * 1000;
    const others = rules.trips.filter((trip) => !isOf(trip, subject)).slice(-(MAX_ROWS - 1));
    rules.trips = [...others, { ...subject, armed: true, until, inRow: 1, ...note }];
    return { did: [`tripped the breaker of ${subjectText(subject)} until ${utcTime(until)}`], ignored: [] };
  },

  resetBreaker(state, target) {
    const subject = subjectOf(target);
    const others = state.rules.trips.filter((trip) => !isOf(trip, subject));
    if (others.length === state.rules.trips.length)
      return { did: [], ignored: [`the breaker of ${subjectText(subject)} has not tripped`] };
    state.rules.trips = others;
    forget(state, subject);
    return { did: [`reset the breaker of ${subjectText(subject)}`], ignored: [] };
  },
};

/** What a checked request is about. */
const subjectOf = ({ site = '', end = 'source', task }: BreakerTarget): BreakerSubject =>
  task === undefined ? { kind: 'site', name: site, end } : { kind: 'task', name: task };
