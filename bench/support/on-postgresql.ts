import { rm } from 'node:fs/promises';
import type { Ending } from '../../src/demo/interrupt.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { findServerPrograms } from '../../src/servers/find-programs.ts';
import { FullServer } from '../../src/servers/full-server.ts';
import { startTemporal } from '../../src/servers/start-temporal.ts';
import type { Postgresql } from '../../src/servers/postgresql.ts';
import type { TemporalOptions, TemporalServer } from '../../src/servers/temporal-server.ts';
import { startRig, type Rig } from '../../test/support/rig.ts';
import { startWorld, type World } from '../../test/support/world.ts';
import { OneAddress } from './one-address.ts';
import { clearedAfter } from './undo.ts';

/** A simulated world, Temporal on PostgreSQL, and workers in this process. */
export interface PostgresqlStand {
  world: World;
  temporal: TemporalServer;
  database: Postgresql;
  rig: Rig;
  /** Other databases, which are cleared away when Temporal, which may be on one of them by then, has ended. */
  others: Postgresql[];
}

export interface PostgresqlStandOptions extends TemporalOptions {
  /** Processes of Temporal's server on the database; the rig reaches all of them by one address. @default 1 */
  servers?: number;
  /** What differs from the policy that is shipped. @default blocks wait for a second */
  policy?: Partial<Policy>;
}

/** Does something on a stand of its own, which is cleared away afterwards, however that ends. */
export const onPostgresql = <T>(
  ending: Ending,
  { servers = 1, policy = { blockTimeout: 1 }, ...options }: PostgresqlStandOptions,
  work: (stand: PostgresqlStand) => Promise<T>,
): Promise<T> =>
  clearedAfter(ending, async (later) => {
    const others: Postgresql[] = [];
    later(() => Promise.all(others.map((other) => other.close())));
    const temporal = await startTemporal({ store: 'postgresql', ...options });
    later(() => temporal.close());
    const world = await startWorld({ activePerLink: 50 });
    later(() => rm(world.storage.root, { recursive: true, force: true }));
    later(() => world.close());
    const addresses = [temporal.address];
    while (addresses.length < servers) {
      const further = await FullServer.start({
        ...options,
        program: findServerPrograms().server,
        database: temporal.database!,
      });
      later(() => further.close());
      addresses.push(further.address);
    }
    const front = servers > 1 ? await OneAddress.listen(addresses) : null;
    if (front) later(() => front.close());
    const rig = await startRig(world, { temporal: front ? { ...temporal, address: front.address } : temporal, policy });
    later(() => rig.close());
    return work({ world, temporal, database: temporal.database!, rig, others });
  });
