import type { Cause } from '../../client/index.ts';
import type { SimulatedPki } from '../../simulators/pki/simulated-pki.ts';
import type { SimulatedWorld } from '../../simulators/world.ts';
import { BAD_SITE, CROWDED_SOURCE, EXPIRED_USER, FLOODER } from './incident-scene.ts';
import type { Operator } from './operator.ts';

/** Something that goes wrong, and what the runbook has for it. */
export interface Trouble {
  /** What has happened, in words. */
  story: string;
  /** How `aso stuck` and the monitor must call it. */
  cause: Cause;
  /** What they must say it is about. */
  subject: RegExp;
  begin(): Promise<void> | void;
  /** Whoever can mends what is broken; the operator does what the runbook says. */
  resolve(operator: Operator): Promise<void>;
}

/** Copies on the crowded link that are slow, so that its queue can be seen. */
const SLOW = { times: 60, slowMs: 1_500 };
const LONG_MS = 3_600_000;

/** What goes wrong at the same time. */
export const troublesOf = ({ storage, fts, dbs }: SimulatedWorld, pki: SimulatedPki): Trouble[] => [
  {
    story: `the storage of ${BAD_SITE} drops every connection`,
    cause: 'breaker',
    subject: new RegExp(BAD_SITE),
    begin: () => storage.siteFaults.set({ site: BAD_SITE, kind: 'down' }),
    async resolve(operator) {
      const destination = ['--as', 'destination'];
      await operator.aso('site', 'close', BAD_SITE, ...destination, '--until', '4h', '--reason', 'storage down, ticket opened'); // prettier-ignore
      storage.siteFaults.clear(BAD_SITE);
      await operator.aso(
        'breaker',
        'reset',
        '--site',
        BAD_SITE,
        '--end',
        'destination',
        '--reason',
        'storage repaired',
      );
      await operator.aso('site', 'open', BAD_SITE, ...destination, '--reason', 'storage repaired, ticket closed');
      await operator.aso('retry', '--destination', BAD_SITE, '--what', 'transfer', '--yes');
    },
  },
  {
    story: `${FLOODER} sends six times as much as anybody, all of it from ${CROWDED_SOURCE}`,
    cause: 'crowded',
    subject: new RegExp(FLOODER),
    begin: () => fts.transferFaults.add({ url: `/${CROWDED_SOURCE}/`, times: SLOW.times, outcome: { slowMs: SLOW.slowMs } }), // prettier-ignore
    resolve: (operator) => operator.aso('user', 'priority', FLOODER, '1', '--reason', 'lets others pass'),
  },
  {
    story: `the proxy of ${EXPIRED_USER} has expired`,
    cause: 'credential',
    subject: new RegExp(EXPIRED_USER),
    begin: () => pki.renewProxy(EXPIRED_USER, -60),
    async resolve(operator) {
      await operator.look('credentials');
      await pki.renewProxy(EXPIRED_USER);
    },
  },
  {
    story: 'DBS does not answer',
    cause: 'catalog',
    subject: /./,
    begin: () => dbs.server.faults.outage(LONG_MS),
    resolve: () => Promise.resolve(dbs.server.faults.outage(0)),
  },
];
