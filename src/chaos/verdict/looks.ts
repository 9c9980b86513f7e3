import type { StorageEvent } from '../../simulators/storage/storage-event.ts';

/** How our own requests name themselves to doors. */
export const OURS = 'asyncstageout';

/** What doors have noted, by site and name. */
export const placesOf = (doors: readonly StorageEvent[]): Map<string, StorageEvent[]> =>
  Map.groupBy(doors, ({ site, lfn }) => `${site}:${lfn}`);

/** We have asked a door for a file, and it answered that it is there. */
export const isOurLook = ({ method, client, status }: StorageEvent): boolean =>
  method === 'HEAD' && client === OURS && status === 200;

/** We have asked a door for a file, and it answered that none is there. */
export const isOurMiss = ({ method, client, status }: StorageEvent): boolean =>
  method === 'HEAD' && client === OURS && status === 404;
