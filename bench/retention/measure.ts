import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../../src/demo/interrupt.ts';
import { archived, archiveInto, ARCHIVES_SOON, NAMESPACE_KNOWN_MS, type Archive } from '../support/archive.ts';
import { databaseSizes, grown, orphanRows, sum, vacuum, writeAheadLog, type Sizes } from '../support/database-size.ts';
import { onPostgresql } from '../support/on-postgresql.ts';
import { TENTH } from '../support/policies.ts';
import { deleteClosed } from './delete-closed.ts';
import { filesOf, workLoad, type Load } from './load.ts';

const PACE = { ...TENTH, blockTimeout: 20 };
const PATIENCE_MS = 60_000;

/** What a load leaves in Temporal's database, of it when it is deleted, and in an archive. Bytes, above those of empty databases. */
export interface RetentionFigures {
  load: string;
  files: number;
  /** As they lie there, with what updates have left behind. */
  asTheyLie: Sizes;
  /** As large as what is in them. */
  packed: Sizes;
  /** Of the write-ahead log. */
  log: number;
  /** Rows of starts that lost a race, before anything is deleted. */
  rowsOfRaces: number;
  /** Other rows that runs have left after the deletion of all that are closed. */
  rowsLeft: number;
  /** Of the databases after that and a plain VACUUM. */
  afterPruning: number;
  /** What the same load has then added. */
  secondTime: number;
  /** What the second time has put into the archive. */
  archive: Archive;
  /** Closed runs of the second time that are not there. */
  notArchived: number;
}

/** Works a load twice on a database of its own: it is deleted, then worked again and archived. */
export async function measureRetention(ending: Ending, load: Load): Promise<RetentionFigures> {
  const archive = await mkdtemp(join(tmpdir(), 'aso-archive-'));
  ending.cleanUp(() => rm(archive, { recursive: true, force: true }));
  const policy = { ...PACE, maxFilesPerFtsJob: load.maxFilesPerFtsJob ?? 100 };
  return onPostgresql(ending, { policy, archive, dynamicConfig: ARCHIVES_SOON }, async (stand) => {
    const { database, rig } = stand;
    await vacuum(database, { full: true });
    const empty = await databaseSizes(database);
    const since = async (): Promise<Sizes> => grown(await databaseSizes(database), empty);
    const logBefore = await writeAheadLog(database);
    await workLoad(load, stand, 'alice');
    const log = (await writeAheadLog(database)) - logBefore;
    const asTheyLie = await since();

    const rowsOfRaces = await orphanRows(database);
    const rowsLeft = (await deleteClosed(stand, rowsOfRaces)) - rowsOfRaces;
    await vacuum(database);
    const afterPruning = sum(await since());

    await archiveInto(archive, rig.client);
    await sleep(NAMESPACE_KNOWN_MS);
    await workLoad(load, stand, 'bob');
    const secondTime = sum(await since()) - afterPruning;
    const closed = (await rig.client.workflow.count(`ExecutionStatus != 'Running' AND AsoUser = 'bob'`)).count;
    const inArchive = await untilArchived(archive, closed);
    await vacuum(database, { full: true });
    const packed = await since();
    return {
      ...{ load: load.name, files: filesOf(load), asTheyLie, packed, log, rowsOfRaces, rowsLeft },
      ...{ afterPruning, secondTime, archive: inArchive, notArchived: Math.max(0, closed - inArchive.runs) },
    };
  });
}

/** Waits until so many runs lie in the archive, or nothing more can be hoped for. @returns what lies there then */
async function untilArchived(folder: string, runs: number): Promise<Archive> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(500)) {
    const found = await archived(folder);
    if (found.runs >= runs || Date.now() > deadline) return found;
  }
}
