import type { OperatorRules } from '../../contract/operations.ts';
import { isInForce } from '../../domain/operations/rules.ts';
import type { Finding } from './finding.ts';

type RuleFinding = Pick<Finding, 'cause' | 'subject' | 'since' | 'action'>;

/** Files of a user between two sites. */
interface Held {
  task: string;
  user: string;
  source: string;
  destination: string;
}

const WHY = '--reason "…"';

/** The operators' rule that holds files; null where none does: then it is the site that lacks something. */
export function ruleBehind(rules: OperatorRules, held: Held, now: number): RuleFinding | null {
  const { paused, users, sites, trips } = rules;
  if (paused && isInForce(paused, now))
    return { cause: 'all-paused', subject: '', since: paused.at, action: `aso resume --all ${WHY}` };
  const block = users.find((row) => row.user === held.user && isInForce(row, now));
  if (block)
    return { cause: 'user-blocked', subject: block.user, since: block.at, action: `aso user unblock ${block.user} ${WHY}` }; // prettier-ignore
  const closed = sites.find((row) => held[row.end] === row.site && isInForce(row, now));
  if (closed) {
    const action = `aso site open ${closed.site} --as ${closed.end} ${WHY}`;
    return { cause: 'site-closed', subject: `${closed.site} (${closed.end})`, since: closed.at, action };
  }
  const trip = trips.find(
    (row) => row.armed && (row.kind === 'task' ? row.name === held.task : row.name === held[row.end]),
  );
  if (!trip) return null;
  const subject = trip.kind === 'task' ? `task ${trip.name}` : `site ${trip.name} (${trip.end})`;
  const action = trip.kind === 'task' ? `aso breaker reset --task ${trip.name} ${WHY}` : `aso breaker reset --site ${trip.name} --end ${trip.end} ${WHY}`; // prettier-ignore
  return { cause: 'breaker', subject, since: trip.at, action: `mend what fails, then ${action}` };
}
