import { isInForce, type OperatorRules } from '../../domain/operations/rules.ts';
import type { OperatorRulesPort } from '../../ports/operator-rules.ts';
import type { Sample } from './sampler.ts';

const EVERY_MS = 30_000;

/** What operators and breakers hold, counted: which sites and users that is stands in `aso site` and `aso user`. */
export const rulesSample = (rules: Pick<OperatorRulesPort, 'rules'>): Sample => ({
  name: 'rules',
  everyMs: EVERY_MS,
  async take(metrics) {
    const known = await rules.rules();
    const now = Date.now();
    for (const [rule, count] of Object.entries(countRules(known, now))) metrics.set('aso_rules', count, { rule });
    for (const subject of ['site', 'task'] as const)
      for (const armed of [true, false]) {
        const trips = known.trips.filter((trip) => trip.kind === subject && trip.armed === armed);
        const mode = armed ? 'armed' : 'dry_run';
        metrics.set('aso_breakers_tripped', trips.filter((trip) => isInForce(trip, now)).length, { subject, mode });
      }
  },
});

function countRules({ paused, sites, users }: OperatorRules, now: number): Record<string, number> {
  const closed = (end: string): number => sites.filter((site) => site.end === end && isInForce(site, now)).length;
  return {
    paused: paused && isInForce(paused, now) ? 1 : 0,
    closed_source: closed('source'),
    closed_destination: closed('destination'),
    blocked_user: users.filter((user) => isInForce(user, now)).length,
  };
}
